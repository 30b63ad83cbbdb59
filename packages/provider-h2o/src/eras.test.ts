import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatError, complete } from '@sluice/core';
import { createSandbox, type EraName, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, eraNames, failureOf, nothingLeft, stepsOf } from './chat-ui.fixture.ts';
import { createH2o } from './create-h2o.ts';
import type { H2oOptions } from './options.ts';
import { chatUi, json, text } from './scripted-server.fixture.ts';

const conversation = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'What is a sluice?' },
  ],
} as const;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ services: { h2o: { stopDelayMs: 0 } } });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

/** The steps of the first call of a provider to a server, and of its second. */
async function twoCalls(
  server: Sandbox,
  era: EraName,
  options: H2oOptions = {},
): Promise<readonly [first: readonly string[], second: readonly string[]]> {
  const provider = createH2o({ baseURL: server.urls.h2oByEra[era], ...options });
  const calls: (readonly string[])[] = [];
  for (let each = 0; each < 2; each += 1) {
    const from = server.requests.length;
    const { text } = await complete(provider, conversation);
    expect(text).toBe(server.requestsTo({ service: `h2o-${era}`, phase: 'message' }).at(-1)?.answer);
    calls.push(stepsOf(server, era, from));
  }
  await provider.close();
  expect(server.conversations).toEqual([]);
  return calls as [readonly string[], readonly string[]];
}

describe('a server of unknown age', () => {
  const learnt: { readonly [Era in EraName]: readonly [first: string, second: string] } = {
    a: ['create 405, settings 500, settings, create, message, delete', 'create, message, delete'],
    b: ['create 405, settings, create, conversation 404, message, delete', 'create, message, delete'],
    c: [
      'create 405, settings, create, conversation, message 500, message, delete',
      'create, conversation, message, delete',
    ],
    d: [
      'create 405, settings, create, conversation, message, delete',
      'create, conversation, message, delete',
    ],
    e: ['create, message, delete', 'create, message, delete'],
  };

  it.each(eraNames)('of era %s is learnt in the first call and remembered', async (era) => {
    const [first, second] = await twoCalls(sandbox, era);
    expect([first.join(', '), second.join(', ')]).toEqual(learnt[era]);
  });

  it.each(['a', 'b', 'c', 'd'] as const)(
    'of era %s is not sent settings that it does not want',
    async (era) => {
      await using open = await createSandbox({ services: { h2o: { welcomeModal: false } } });
      const [first] = await twoCalls(open, era);
      expect(first).not.toContain('settings');
      expect(first.filter((step) => step === 'message 500')).toHaveLength(era === 'c' ? 1 : 0);
    },
  );

  it.each(['c', 'd'] as const)('of era %s whose API is switched off is learnt from its page', async (era) => {
    await using closed = await createSandbox({
      services: { h2o: { exposeApi: false, welcomeModal: false } },
    });
    const [, second] = await twoCalls(closed, era);
    expect(second).toEqual(['create', 'conversation 403', 'conversation', 'message', 'delete']);
  });

  it('that is another one now is learnt again', async () => {
    const now: { era: EraName } = { era: 'a' };
    await using moving = await movingServer(() => sandbox.urls.h2oByEra[now.era]);
    const provider = createH2o({ baseURL: moving.url });
    for (const era of ['a', 'e', 'b', 'd', 'c', 'a', 'c', 'e', 'd', 'b', 'a'] as const) {
      now.era = era;
      const from = sandbox.requests.length;
      const { text } = await complete(provider, conversation);
      expect(text).toContain(`speaking as h2o-${era}`);
      expect(stepsOf(sandbox, era, from).filter((step) => step === 'message 500').length).toBeLessThan(3);
    }
    await provider.close();
    await nothingLeft(sandbox);
  });
});

describe('a server that was replaced by another version', () => {
  const moves = eraNames.flatMap((from) =>
    eraNames.flatMap((to) => (from === to ? [] : [[from, to] as const])),
  );

  it.each(moves)('is learnt again: %s by %s', async (from, to) => {
    const now: { era: EraName } = { era: from };
    await using moving = await movingServer(() => sandbox.urls.h2oByEra[now.era]);
    const provider = createH2o({ baseURL: moving.url });
    await complete(provider, conversation);
    now.era = to;
    expect((await complete(provider, conversation)).text).toContain(`speaking as h2o-${to}`);
    await provider.close();
    await nothingLeft(sandbox);
  });
});

describe('a server that turned out to be another one in a call that failed', () => {
  it('is learnt in the next call, without the body that it refuses', async () => {
    const upgraded = { now: false, full: true };
    const bodies: (string | undefined)[] = [];
    await using server = await chatUi({
      conversation: (request, response) => {
        const answer = upgraded.now ? json({ messages: [{ id: 'root' }] }) : json({}, 404);
        return answer(request, response);
      },
      message: (request, response) => {
        const type = request.headers['content-type']?.split(';')[0];
        bodies.push(type);
        if (!upgraded.now) return json({ generated_text: 'old' })(request, response);
        if (type === 'application/json')
          return json({ message: 'An error occurred' }, 500)(request, response);
        if (upgraded.full) return json({ message: 'Too many messages.' }, 429)(request, response);
        return text(`${JSON.stringify({ type: 'finalAnswer', text: 'new' })}\n`)(request, response);
      },
    });
    const provider = createH2o({ baseURL: server.url });
    expect((await complete(provider, conversation)).text).toBe('old');
    upgraded.now = true;
    expect(await failureOf(complete(provider, conversation))).toMatchObject({ code: 'rate-limited' });
    upgraded.full = false;
    expect((await complete(provider, conversation)).text).toBe('new');
    await provider.close();
    const [oldBody, newBody] = ['application/json', 'multipart/form-data'];
    expect(bodies).toEqual([oldBody, oldBody, newBody, newBody]);
  });
});

describe('a configured era', () => {
  const known: { readonly [Era in EraName]: readonly [first: string, second: string] } = {
    a: ['settings, create, message, delete', 'create, message, delete'],
    b: ['create 405, settings, create, message, delete', 'create, message, delete'],
    c: [
      'create 405, settings, create, conversation, message, delete',
      'create, conversation, message, delete',
    ],
    d: [
      'create 405, settings, create, conversation, message, delete',
      'create, conversation, message, delete',
    ],
    e: ['create, message, delete', 'create, message, delete'],
  };

  it.each(eraNames)('%s is spoken without a question', async (era) => {
    const [first, second] = await twoCalls(sandbox, era, { era });
    expect([first.join(', '), second.join(', ')]).toEqual(known[era]);
  });

  it.each([
    ['c', 'a', 'has no message tree'],
    ['a', 'c', 'check option era, or set it to auto'],
    ['d', 'c', 'check option era, or set it to auto'],
  ] as const)('%s is not given up for a server of era %s', async (era, real, message) => {
    await using open = await createSandbox({ services: { h2o: { welcomeModal: false } } });
    const provider = createH2o({ baseURL: open.urls.h2oByEra[real], era });
    expect(String(await failureOf(provider.stream(conversation)))).toContain(message);
    await provider.close();
    expect(open.conversations).toEqual([]);
  });

  it.each([
    ['e', 'a', 'set option era to auto'],
    ['a', 'd', 'check option era'],
  ] as const)('%s is named where a server of era %s wants its terms accepted', async (era, real, message) => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[real], era });
    expect(String(await failureOf(provider.stream(conversation)))).toContain(message);
    await provider.close();
  });
});

describe('what goes over the wire', () => {
  it.each(eraNames)('of era %s has the session, where it comes from, and no wish for a page', async (era) => {
    await twoCalls(sandbox, era);
    const { origin } = new URL(sandbox.urls.h2oByEra[era]);
    const sessions = new Set<string | undefined>();
    for (const { headers } of sandbox.requests) {
      expect(headers).toMatchObject({ referer: `${origin}/`, origin, accept: '*/*' });
      sessions.add(headers.cookie);
    }
    expect([...sessions]).toEqual([expect.stringMatching(/^hf-chat=[0-9a-f-]{36}$/)]);
  });

  it('below a path stays below it', async () => {
    await using moving = await movingServer(() => sandbox.urls.h2oByEra.e, '/chat');
    const provider = createH2o({ baseURL: `${moving.url}/chat/` });
    expect((await complete(provider, conversation)).text).toContain('h2o-e');
    await provider.close();
    expect(sandbox.requests[0]?.headers.referer).toBe(`${moving.url}/chat/`);
  });

  it('has the cookie and the headers that were asked for', async () => {
    await using named = await createSandbox({ services: { h2o: { cookieName: 'my-chat' } } });
    const provider = createH2o({
      baseURL: named.urls.h2oByEra.c,
      cookieName: 'my-chat',
      cookie: 'signed-in',
      headers: { 'x-team': 'provider', 'x-both': 'provider' },
    });
    await complete(provider, conversation, { headers: { 'x-both': 'call' } });
    await provider.close();
    for (const { headers } of named.requests) {
      expect(headers).toMatchObject({ cookie: 'my-chat=signed-in', 'x-team': 'provider', 'x-both': 'call' });
    }
  });

  it('has no other conversation in it: each call is one of its own', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e });
    const ids = new Set<string | undefined>();
    for (const content of ['One', 'Two']) ids.add((await complete(provider, ask(content))).id);
    await provider.close();
    expect(ids.size).toBe(2);
  });

  it('is the prompt as a caller wants it', async () => {
    const provider = createH2o({
      baseURL: sandbox.urls.h2oByEra.a,
      era: 'a',
      promptFormat: (messages) => messages.map(({ content }) => `# ${String(content)}`).join('\n'),
    });
    await complete(provider, conversation);
    await provider.close();
    const [message] = sandbox.requestsTo({ phase: 'message' });
    expect(message?.json()).toMatchObject({ inputs: '# Be brief.\n# What is a sluice?' });
  });
});

describe('sampling fields', () => {
  const request = ask('Hi', { temperature: 0.3, seed: 4, providerOptions: { h2o: { truncate: 100 } } });

  it('reach a server of era a, without a warning', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.a });
    const { warnings } = await complete(provider, request);
    await provider.close();
    expect(warnings).toEqual([]);
    expect(sandbox.requestsTo({ phase: 'message' })[0]?.json()).toMatchObject({
      parameters: { temperature: 0.3, seed: 4, truncate: 100 },
    });
  });

  it.each(['b', 'c', 'd', 'e'] as const)('are reported to have no effect in era %s', async (era) => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
    const { warnings } = await complete(provider, request);
    await provider.close();
    expect(warnings.map(({ code, feature }) => [code, feature])).toEqual([
      ['unsupported-parameter', 'temperature'],
      ['unsupported-parameter', 'seed'],
      ['unsupported-parameter', 'providerOptions.h2o'],
    ]);
  });

  it.each(eraNames)(
    'of stop are applied exactly in era %s, and what is still generated is stopped',
    async (era) => {
      const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era], parameters: { stop: ['nine'] } });
      sandbox.configure({ reply: () => [' One', ' two thr', 'ee', ' four', ' five'] });
      for (const more of [{ stop: ['three', 'nine'] }, { providerOptions: { h2o: { stop: ['three'] } } }]) {
        const { text, finishReason } = await complete(provider, ask('Count', more));
        expect([text, finishReason]).toEqual([' One two ', 'stop']);
      }
      await provider.close();
      sandbox.configure({ reply: () => undefined });
      await nothingLeft(sandbox);
    },
  );
});

describe('models', () => {
  it.each(eraNames)('of a server of era %s are asked for', async (era) => {
    await using own = await createSandbox({ services: { h2o: { models: ['org/one', 'org/two'] } } });
    const provider = createH2o({ baseURL: own.urls.h2oByEra[era], era });
    expect((await provider.listModels()).map(({ id, source }) => [id, source])).toEqual([
      ['org/one', 'upstream'],
      ['org/two', 'upstream'],
    ]);
    await provider.close();
    expect(own.requests).toHaveLength(1);
  });

  it.each(eraNames)('of a server of era %s are found wherever they are', async (era) => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
    expect((await provider.listModels()).map(({ id }) => id)).toContain('sandbox');
    await provider.close();
  });

  it.each(eraNames)(
    'that a server of era %s does not have are named as such, with what it has',
    async (era) => {
      await using own = await createSandbox({ services: { h2o: { models: ['org/one', 'org/two'] } } });
      const provider = createH2o({ baseURL: own.urls.h2oByEra[era] });
      const failures = [
        await failureOf(provider.stream(ask('Hi'))),
        await failureOf(provider.stream(ask('Hi', { model: 'org/onee' }))),
      ];
      await provider.close();
      expect(failures).toMatchObject([{ code: 'model-not-found' }, { code: 'model-not-found' }]);
      expect(String(failures[0])).toContain('it has org/one, org/two');
      expect(String(failures[1])).toContain('did you mean org/one?');
    },
  );

  it('that were configured are the only ones, and nothing is asked', async () => {
    const provider = createH2o({ baseURL: 'http://127.0.0.1:1', models: ['org/one', 'org/two'] });
    expect(await provider.listModels()).toEqual([
      { id: 'org/one', source: 'manifest' },
      { id: 'org/two', source: 'manifest' },
    ]);
    const failure = await failureOf(provider.stream(ask('Hi', { model: 'falcon-7b' })));
    expect(failure).toMatchObject({ code: 'model-not-found', sent: 'no' });
    await provider.close();
  });

  it('are listed as known where the server has no list', async () => {
    await using nothing = await movingServer(() => sandbox.urls.elsewhere);
    sandbox.setFault({ service: 'elsewhere', phase: '*' }, 'status-404');
    const provider = createH2o({ baseURL: nothing.url });
    expect((await provider.listModels()).map(({ source }) => source)).toEqual([
      'manifest',
      'manifest',
      'manifest',
    ]);
    await provider.close();
  });

  it('fail to be listed with the reason', async () => {
    sandbox.setFault({ service: 'h2o-e', phase: 'models' }, 'status-401');
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e });
    const failure = await failureOf(provider.listModels());
    await provider.close();
    expect(failure).toMatchObject({ code: 'auth', provider: 'h2o' });
    expect(String(failure)).toContain('option cookie');
    const gone = createH2o({ baseURL: 'http://127.0.0.1:1' });
    expect(ChatError.is(await failureOf(gone.listModels()))).toBe(true);
    await gone.close();
  });
});

/** A server that hands everything on to another one, which may change: like a name behind which somebody upgrades. */
async function movingServer(
  target: () => string,
  prefix = '',
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((incoming, outgoing) => {
    const onward = httpRequest(
      `${target()}${(incoming.url ?? '').slice(prefix.length)}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      },
    );
    incoming.pipe(onward);
    outgoing.on('close', () => onward.destroy());
    onward.on('error', () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
