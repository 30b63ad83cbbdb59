/**
 * What the original H2o clients got wrong, one test or more for each number in the list of their bugs (1 to 9, and 19, which
 * all of them share).
 */
import { ChatError, complete } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { ask, failureOf } from './chat-ui.fixture.ts';
import { createH2o } from './create-h2o.ts';
import type { H2oOptions } from './options.ts';
import { lastToken, tgi, token } from './replies.fixture.ts';
import { type ChatUiScript, chatUi, json, text } from './scripted-server.fixture.ts';

/** One call of era A against a server that answers so. */
async function call(
  script: ChatUiScript,
  request = ask('Hi'),
  options: H2oOptions = {},
): Promise<{
  readonly text: string | undefined;
  readonly failure: ChatError | undefined;
  readonly lines: readonly string[];
  readonly bodies: readonly string[];
}> {
  await using server = await chatUi(script);
  const provider = createH2o({ baseURL: server.url, era: 'a', ...options });
  const outcome = await complete(provider, request).catch((error: unknown) => error);
  await provider.close();
  const failure = ChatError.is(outcome) ? outcome : undefined;
  return {
    text: failure ? failure.partial?.text : (outcome as { readonly text: string }).text,
    failure,
    lines: server.lines(),
    bodies: server.heard.map(({ body }) => body),
  };
}

function fail(): never {
  throw new TypeError('of the caller');
}

const deleted = 'DELETE /conversation/c0ffee';

describe('bug 1: the status of the message post was not looked at', () => {
  it.each([
    [401, 'auth'],
    [429, 'rate-limited'],
    [500, 'server-error'],
    [503, 'overloaded'],
  ])('a %i is an error and no empty answer', async (status, code) => {
    const { failure } = await call({ message: json({ error: 'no' }, status) });
    expect(failure).toMatchObject({ code, status });
  });

  it('a 500 with a stream in it is no answer', async () => {
    const { failure, text: said } = await call({ message: text(tgi(token('Hi'), lastToken('Hi')), 500) });
    expect([failure?.code, said]).toEqual(['server-error', undefined]);
  });

  it('a 200 with an error object in it is an error', async () => {
    expect((await call({ message: json({ error: 'Model is overloaded' }) })).failure?.code).toBe(
      'overloaded',
    );
  });
});

describe('bug 2: conversations were deleted only after a perfect answer', () => {
  it.each<readonly [what: string, script: ChatUiScript]>([
    ['a refused message', { message: json({ error: 'no' }, 500) }],
    ['an error in the stream', { message: text(tgi(token('Hi'), { error: 'boom' })) }],
    ['a broken event', { message: text('data:{broken\n\ndata:{}\n\n') }],
    ['an answer without its end', { message: text(tgi(token('Hi'))) }],
  ])('the conversation is deleted after %s', async (_what, script) => {
    expect((await call(script)).lines.at(-1)).toBe(deleted);
  });

  it('the conversation is deleted when its reader leaves', async () => {
    await using server = await chatUi({
      message: (_request, response) => {
        response.write(tgi(token('Hi')));
      },
    });
    const provider = createH2o({ baseURL: server.url, era: 'a' });
    for await (const _ of (await provider.stream(ask('Hi'))).textStream) break;
    expect(server.lines().slice(-2)).toEqual(['POST /conversation/c0ffee/stop-generating', deleted]);
    await provider.close();
  });

  it('a deletion that fails does not take the answer away', async () => {
    const { text: said, failure } = await call({ delete: text('', 500) });
    expect([said, failure]).toEqual(['Hi', undefined]);
  });
});

describe('bug 3: an empty list of messages left a conversation behind', () => {
  it.each([
    ['no message', [], 'messages is empty'],
    ['no text', [{ role: 'user', content: ' \n' }], 'messages have no text'],
    ['no content', [{ role: 'user' }], 'messages[0].content'],
  ] as const)('nothing is sent for %s', async (_what, messages, says) => {
    const { failure, lines } = await call({}, { messages: messages as never });
    expect(failure).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(says) });
    expect(lines).toEqual([]);
  });
});

describe('bug 3 again: what a prompt formatter makes of the messages', () => {
  it.each([
    ['nothing', () => ' ', 'invalid-request'],
    ['no text', () => undefined as unknown as string, 'invalid-request'],
    ['a failure', () => fail(), 'internal'],
  ])('%s is a typed error, and nothing is sent', async (_what, promptFormat, code) => {
    const { failure, lines } = await call({}, ask('Hi'), { promptFormat });
    expect([failure?.code, lines]).toEqual([code, []]);
  });
});

describe('bug 4: events were read by cutting the last character off', () => {
  const events = [token('wör'), token('ld'), lastToken('wörld')].map((event) => JSON.stringify(event));

  it.each([
    ['a space behind data:', events.map((event) => `data: ${event}\n\n`).join('')],
    ['CRLF', events.map((event) => `data:${event}\r\n\r\n`).join('')],
    ['CR', events.map((event) => `data:${event}\r\r`).join('')],
    ['no newline at the end', events.map((event) => `data:${event}`).join('\n\n')],
    ['[DONE] at the end', `${events.map((event) => `data:${event}\n\n`).join('')}data: [DONE]\n\n`],
    ['a byte order mark', `\ufeff${events.map((event) => `data:${event}\n\n`).join('')}`],
    ['an empty data line', `data:\n\n${events.map((event) => `data:${event}\n\n`).join('')}`],
    ['several data lines', events.map((event) => `data:${event.replace(',', ',\ndata:')}\n\n`).join('')],
  ])('%s is read', async (_what, body) => {
    expect((await call({ message: text(body) })).text).toBe('wörld');
  });
});

describe('bug 5: the text of an error event was lost', () => {
  it('it is in the error, with its kind and what came before it', async () => {
    const { failure, text: partial } = await call({
      message: text(tgi(token('Hel'), { error: 'Model is overloaded', error_type: 'overloaded' })),
    });
    expect(failure).toMatchObject({ code: 'overloaded', sent: 'yes' });
    expect([failure?.message, partial]).toEqual([expect.stringContaining('Model is overloaded'), 'Hel']);
  });

  it('an event without a token, or without its mark, is no reason to fail', async () => {
    const body = tgi({ details: null }, { token: { id: 1, text: 'Hi' } }, lastToken('Hi'));
    expect((await call({ message: text(body) })).text).toBe('Hi');
  });
});

describe('bug 6: every argument went to the server as a parameter, keys too', () => {
  it.each(['api_key', 'timeout', 'stream', 'proxy', 'id', 'response_id'])('%s is refused', async (name) => {
    const request = ask('Hi', { providerOptions: { h2o: { [name]: 'sk-secret' } } });
    const { failure, lines } = await call({}, request);
    expect(failure).toMatchObject({ code: 'invalid-request', message: expect.stringContaining(name) });
    expect([JSON.stringify(failure).includes('sk-secret'), lines]).toEqual([false, []]);
  });

  it('what the model server knows goes there', async () => {
    const request = ask('Hi', { maxOutputTokens: 5, providerOptions: { h2o: { typical_p: 0.9 } } });
    const { bodies } = await call({}, request);
    expect(JSON.parse(bodies[2] ?? '')).toMatchObject({ parameters: { max_new_tokens: 5, typical_p: 0.9 } });
  });
});

describe('bug 7: the conversation id chose the path, and its content type decided', () => {
  it('an id stays within its part of the path', async () => {
    const { lines } = await call({ create: json({ conversationId: '../a b/é?x#y%2F' }) }, ask('Hi'), {
      era: 'b',
    });
    expect(lines.slice(1)).toEqual([
      'POST /conversation/..%2Fa%20b%2F%C3%A9%3Fx%23y%252F',
      'DELETE /conversation/..%2Fa%20b%2F%C3%A9%3Fx%23y%252F',
    ]);
  });

  it.each(['.', '..', 'x'.repeat(300)])('%s, which cannot be quoted, is refused', async (conversationId) => {
    const { failure, lines } = await call({ create: json({ conversationId }) });
    expect([failure?.code, lines.at(-1)]).toEqual(['invalid-response', 'POST /conversation']);
  });

  it.each(['text/plain', 'text/html', 'application/problem+json', ''])(
    'JSON labelled %j is JSON',
    async (type) => {
      const create = text('{"conversationId":"c0ffee"}', 200, type === '' ? {} : { 'content-type': type });
      expect((await call({ create })).text).toBe('Hi');
    },
  );

  it('what is no JSON is shown', async () => {
    const { failure } = await call({ create: text('gateway is starting') });
    expect(failure).toMatchObject({ code: 'invalid-response' });
  });
});

describe('bug 8: an answer without its end looked whole', () => {
  it('a stream that ends cleanly without its last event is truncated, with what came', async () => {
    const { failure, text: partial } = await call({ message: text(tgi(token('Hel'), token('lo'))) });
    expect([failure?.code, partial]).toEqual(['truncated', 'Hello']);
  });
});

describe('bug 9: the short names of models were lost, and no name was checked', () => {
  it.each([
    ['falcon-40b', 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1'],
    ['falcon-7b', 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3'],
    ['llama-13b', 'h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b'],
    ['any/other', 'any/other'],
    ['', 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1'],
  ])('%j is sent as %s, in the settings as well', async (model, sent) => {
    const { bodies } = await call({}, ask('Hi', { model }));
    expect(new URLSearchParams(bodies[0]).get('activeModel')).toBe(sent);
    expect(JSON.parse(bodies[1] ?? '')).toEqual({ model: sent });
  });

  it('a name that is not among the configured ones is refused before anything is sent', async () => {
    const { failure, lines } = await call({}, ask('Hi', { model: 'modell' }), { models: ['model'] });
    expect(failure).toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining('did you mean model?'),
    });
    expect(lines).toEqual([]);
  });
});

describe('bug 19: lines of 128 KiB, five minutes, and accidental errors', () => {
  it('a line of 200,000 bytes is read', async () => {
    const long = 'x'.repeat(200_000);
    expect((await call({ message: text(tgi(token(long), lastToken(long))) })).text).toBe(long);
  });

  it('there is no limit on the whole call unless one is set', async () => {
    const provider = createH2o({ baseURL: 'http://127.0.0.1:1' });
    const failed = await failureOf(provider.stream(ask('Hi')));
    await provider.close();
    expect(failed).toMatchObject({ code: 'network', sent: 'no' });
  });

  it('a limit that is reached says which', async () => {
    const { failure } = await call({ message: () => {} }, ask('Hi'), { timeout: { firstToken: 40 } });
    expect(failure).toMatchObject({ code: 'first-token-timeout' });
    expect(failure?.message).toContain('40 ms (timeout.firstToken)');
  });

  it('ids are version 4 UUIDs of a secure source, and new for each call', async () => {
    const ids = new Set<unknown>();
    for (let each = 0; each < 3; each += 1) {
      const { bodies } = await call({});
      const { options } = JSON.parse(bodies[2] ?? '') as {
        readonly options: Readonly<Record<string, unknown>>;
      };
      for (const id of [options.id, options.response_id]) {
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        ids.add(id);
      }
    }
    expect(ids.size).toBe(6);
  });

  it('a redirect does not turn the message into a GET without it', async () => {
    const { failure, lines } = await call({ message: text('', 302, { location: '/elsewhere' }) });
    expect(failure?.code).toBe('invalid-response');
    expect(lines.filter((line) => line.startsWith('GET'))).toEqual([]);
  });
});
