import { ChatError } from '@sluice/core';
import { createSandbox } from '@sluice/sandbox';
import { describe, expect, it } from 'vitest';
import { ask, failureOf } from './chat-ui.fixture.ts';
import { createH2o } from './create-h2o.ts';
import type { H2oOptions } from './options.ts';
import { type ChatUiScript, chatUi, json, text } from './scripted-server.fixture.ts';

/** How a call fails at a server that answers so. */
async function failure(script: ChatUiScript, options: H2oOptions = {}): Promise<ChatError> {
  await using server = await chatUi(script);
  const provider = createH2o({ baseURL: server.url, ...options });
  const failed = await failureOf(provider.stream(ask('A prompt that nobody may see')));
  await provider.close();
  expect(failed).toSatisfy(ChatError.is);
  expect(failed).toMatchObject({ provider: 'h2o', model: expect.stringContaining('falcon-40b') });
  expect(JSON.stringify(failed)).not.toContain('nobody may see');
  return failed as ChatError;
}

const modal = json({ error: 'You need to accept the welcome modal first' }, 405);
const page = '<!DOCTYPE html><html><head><title>Chat</title></head></html>';

describe('a server that refuses', () => {
  it.each<readonly [what: string, script: ChatUiScript, code: string, says: string]>([
    [
      'to be used without a login',
      { create: json({ error: 'You have to be logged in.' }, 401) },
      'auth',
      'You have to be logged in.; sign in with a browser',
    ],
    [
      'to be used without a login, and leads there',
      { create: text('', 302, { location: '/login?next=%2F' }) },
      'auth',
      'wants a login; sign in with a browser',
    ],
    [
      'more messages before a login',
      { message: json({ message: 'Exceeded number of messages before login' }, 429) },
      'auth',
      'sign in with a browser',
    ],
    [
      'more messages for now',
      { message: json({ message: 'You are sending too many messages. Try again later.' }, 429) },
      'rate-limited',
      'You are sending too many messages',
    ],
    [
      'more conversations',
      { create: json({ message: 'You have reached the maximum number of conversations.' }, 429) },
      'rate-limited',
      'maximum number of conversations',
    ],
    [
      'forms of another origin',
      { message: text('Non-JSON form requests need to have an origin', 403) },
      'auth',
      'pass that one as the headers Origin and Referer',
    ],
    [
      'a message that is too long',
      { message: json({ message: 'Message too long.' }, 400) },
      'context-length',
      'Message too long.',
    ],
    [
      'a model that was taken away',
      { message: json({ message: 'Model not available anymore' }, 410) },
      'model-not-found',
      'Model not available anymore',
    ],
    [
      'because the model is overloaded',
      { message: json({ error: 'Model is overloaded', error_type: 'overloaded' }, 429) },
      'overloaded',
      'Model is overloaded',
    ],
    [
      'because the model failed',
      { message: json({ error: 'Request failed during generation', error_type: 'generation' }, 424) },
      'server-error',
      'Request failed during generation',
    ],
    [
      'what the model takes for too much',
      {
        message: json(
          { error: '`inputs` must have less than 1024 tokens. Given: 3000', error_type: 'validation' },
          422,
        ),
      },
      'context-length',
      'must have less than 1024 tokens',
    ],
    [
      'to know the conversation that it made',
      { message: json({ message: 'Conversation not found' }, 404) },
      'server-error',
      'does something on the way drop the session cookie',
    ],
    [
      'to talk to what it takes for a browser',
      { message: text(page, 405, { 'content-type': 'text/html' }) },
      'invalid-response',
      'check that baseURL is the address of a chat-ui server',
    ],
    [
      'because there is none: the path is not known',
      { create: text('404 page not found', 404) },
      'invalid-response',
      'check that baseURL is the address of a chat-ui server',
    ],
    ['with a page instead of a conversation', { create: text(page) }, 'invalid-response', 'sent a web page'],
    ['with a conversation without an id', { create: json({}) }, 'invalid-response', 'without a usable id'],
    [
      'to tell its version',
      { conversation: json({ error: 'API is disabled' }, 403) },
      'invalid-response',
      'set option era',
    ],
    [
      'to tell its version without a login',
      { conversation: json({ error: 'You have to be logged in.' }, 401) },
      'auth',
      'sign in',
    ],
    ['with a crash', { conversation: text('oops', 502) }, 'server-error', 'h2o answered 502: oops'],
  ])('%s', async (_what, script, code, says) => {
    const { code: got, message } = await failure(script);
    expect([got, message]).toEqual([code, expect.stringContaining(says)]);
  });

  it('without a reason, over and over, is asked no more than once in each body', async () => {
    const bodies: (string | undefined)[] = [];
    const failed = await failure({
      create: json({ conversationId: 'c', conversation: undefined }),
      conversation: json({ messages: [{ id: 'root' }] }),
      message: (request, response) => {
        bodies.push(request.headers['content-type']?.split(';')[0]);
        json({ message: 'An error occurred', errorId: 'x' }, 500)(request, response);
      },
    });
    expect(failed.code).toBe('server-error');
    expect(bodies).toEqual(['multipart/form-data', 'application/json']);
  });

  it('because of its model server is not asked again in another body', async () => {
    let asked = 0;
    const failed = await failure({
      message: (request, response) => {
        asked += 1;
        json({ error: 'CUDA out of memory', error_type: 'generation' }, 500)(request, response);
      },
    });
    expect([failed.code, asked]).toEqual(['server-error', 1]);
  });

  it('without a reason although it was known well is looked at again, but not asked the same again', async () => {
    let broken = false;
    await using server = await chatUi({
      message: (request, response) => {
        const answer = broken ? json({ message: 'Internal Error' }, 500) : json({ generated_text: 'Hi' });
        return answer(request, response);
      },
    });
    const provider = createH2o({ baseURL: server.url });
    await (await provider.stream(ask('Hi'))).result();
    broken = true;
    const before = server.heard.length;
    expect(await failureOf(provider.stream(ask('Hi')))).toMatchObject({ code: 'server-error' });
    await provider.close();
    expect(server.lines().slice(before)).toEqual([
      'POST /conversation',
      'POST /conversation/c0ffee',
      'GET /api/conversation/c0ffee',
      'DELETE /conversation/c0ffee',
    ]);
  });

  it('keeps its Retry-After', async () => {
    const failed = await failure({ message: text('{"message":"later"}', 429, { 'retry-after': '7' }) });
    expect(failed).toMatchObject({ code: 'rate-limited', retryAfterMs: 7_000, status: 429, sent: 'no' });
  });

  it('an unknown model without having a list is said to have perhaps meant that', async () => {
    const failed = await failure({ create: json({ message: 'Internal Error' }, 500) });
    expect(failed).toMatchObject({ code: 'server-error', status: 500 });
    expect(failed.message).toContain('chat-ui answers so for a model that it does not have');
  });

  it('a model that it has is taken at its word', async () => {
    const failed = await failure({
      create: json({ message: 'Internal Error' }, 500),
      models: json([{ id: 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1' }]),
    });
    expect(failed.message).toBe('h2o answered 500: Internal Error');
  });

  it('with the welcome modal although its terms were accepted is not asked for ever', async () => {
    let created = 0;
    const failed = await failure({
      create: (request, response) => {
        created += 1;
        modal(request, response);
      },
    });
    expect([failed.code, created]).toEqual(['auth', 2]);
    expect(failed.message).toContain('it has forgotten that');
  });

  it('with the welcome modal only for the message has its terms accepted then', async () => {
    let first = true;
    await using server = await chatUi({
      message: (request, response) => {
        if (!first) return json({ generated_text: 'Hi' })(request, response);
        first = false;
        return modal(request, response);
      },
    });
    const provider = createH2o({ baseURL: server.url });
    expect((await (await provider.stream(ask('Hi'))).result()).text).toBe('Hi');
    await provider.close();
    expect(server.lines()).toEqual([
      'POST /conversation',
      'GET /api/conversation/c0ffee',
      'POST /conversation/c0ffee',
      'POST /settings',
      'POST /conversation/c0ffee',
      'DELETE /conversation/c0ffee',
    ]);
  });

  it('settings for another reason than their body is believed', async () => {
    const failed = await failure({ create: modal, settings: text('Invalid referer for POST request', 403) });
    expect(failed.message).toContain('pass that one as the headers Origin and Referer');
  });

  it('settings in any body is reported with what it may mean', async () => {
    const failed = await failure({
      create: modal,
      settings: json({ type: 'error', error: { message: 'Internal Error' } }, 500),
    });
    expect(failed.code).toBe('server-error');
    expect(failed.message).toContain('check that "h2oai/');
  });
});

describe('settings', () => {
  it.each([
    ['303', text('', 303, { location: '/' })],
    ['200', json({ type: 'redirect', status: 303, location: '/' })],
    ['200 without a body', text('')],
  ])('are accepted by a %s, which is not followed', async (_what, settings) => {
    await using server = await chatUi({ settings });
    const provider = createH2o({ baseURL: server.url, era: 'a' });
    await (await provider.stream(ask('Hi'))).result();
    await provider.close();
    expect(server.lines()).toEqual([
      'POST /settings',
      'POST /conversation',
      'POST /conversation/c0ffee',
      'DELETE /conversation/c0ffee',
    ]);
  });

  it('leave out what is not wanted: in a form every value is true', async () => {
    await using server = await chatUi();
    const provider = createH2o({ baseURL: server.url, era: 'a', shareConversations: false });
    await (await provider.stream(ask('Hi', { model: 'm' }))).result();
    await provider.close();
    expect(server.heard[0]?.body).toBe(
      'ethicsModalAccepted=true&ethicsModalAcceptedAt=&activeModel=m&searchEnabled=true',
    );
  });

  it('are booleans in JSON', async () => {
    let first = true;
    await using server = await chatUi({
      create: (request, response) => {
        if (!first) return json({ conversationId: 'c' })(request, response);
        first = false;
        return modal(request, response);
      },
    });
    const provider = createH2o({ baseURL: server.url, shareConversations: false });
    await (await provider.stream(ask('Hi', { model: 'm' }))).result();
    await provider.close();
    expect(JSON.parse(server.heard[1]?.body ?? '')).toEqual({
      ethicsModalAccepted: true,
      shareConversationsWithModelAuthors: false,
      activeModel: 'm',
    });
  });
});

describe('redirects', () => {
  it('that keep the request are followed on the same server', async () => {
    let first = true;
    await using server = await chatUi({
      message: (request, response) => {
        if (!first) return json({ generated_text: 'Hi' })(request, response);
        first = false;
        return text('', 307, { location: request.target })(request, response);
      },
    });
    const provider = createH2o({ baseURL: server.url });
    expect((await (await provider.stream(ask('Hi'))).result()).text).toBe('Hi');
    await provider.close();
  });

  it.each([301, 302, 303])('by a %i repeat no request that may have been carried out', async (status) => {
    await using server = await chatUi({ create: text('', status, { location: '/conversation/made' }) });
    const provider = createH2o({ baseURL: server.url });
    expect(await failureOf(provider.stream(ask('Hi')))).toMatchObject({ code: 'invalid-response', status });
    await provider.close();
    expect(server.lines()).toEqual(['POST /conversation']);
  });

  it('are followed without asking twice, with the cookies that they set', async () => {
    await using server = await chatUi({
      create: text('', 307, { location: '/new/conversation', 'set-cookie': 'lb=node-3' }),
      other: json({ conversationId: 'c0ffee' }),
    });
    const provider = createH2o({ baseURL: server.url, cookie: 'own' });
    await (await provider.stream(ask('Hi'))).result();
    await provider.close();
    expect(server.lines().slice(0, 2)).toEqual(['POST /conversation', 'POST /new/conversation']);
    expect(server.heard[1]?.headers.cookie).toBe('hf-chat=own; lb=node-3');
  });

  it('in a loop end', async () => {
    const failed = await failure({ create: text('', 307, { location: '/conversation' }) });
    expect(failed).toMatchObject({
      code: 'invalid-response',
      message: expect.stringContaining('redirected more than'),
    });
  });

  it('to another server take no cookie from there', async () => {
    await using elsewhere = await chatUi({
      other: (_request, response) => {
        response.writeHead(404, { 'set-cookie': 'hf-chat=planted' }).end();
      },
    });
    await using server = await chatUi({
      conversation: text('', 302, { location: `${elsewhere.url}/x` }),
    });
    const provider = createH2o({ baseURL: server.url, cookie: 'own' });
    await (await provider.stream(ask('Hi'))).result();
    await provider.close();
    expect(elsewhere.heard[0]?.headers.cookie).toBeUndefined();
    expect(server.heard.at(-1)?.headers.cookie).toBe('hf-chat=own');
  });

  it('to another server are not: the prompt and the session stay here', async () => {
    await using sandbox = await createSandbox();
    const failed = await failure({ message: text('', 307, { location: `${sandbox.urls.elsewhere}/x` }) });
    expect(failed.code).toBe('invalid-response');
    expect(failed.message).toContain('if that is right, set baseURL to it');
    expect(sandbox.requests).toEqual([]);
  });
});

describe('secrets', () => {
  it('stay out of errors, also when the server repeats them', async () => {
    const failed = await failure(
      {
        create: (request, response) => {
          const { cookie, 'x-api-key': key } = request.headers;
          json({ message: `bad session ${cookie} and key ${String(key)}` }, 500)(request, response);
        },
      },
      { cookie: 'session-of-a-user', headers: { 'X-Api-Key': 'key-of-a-proxy' } },
    );
    expect(JSON.stringify(failed)).toMatch(/bad session/);
    expect(JSON.stringify(failed)).not.toMatch(/session-of-a-user|key-of-a-proxy/);
  });

  it('stay out of errors also in part, and headers without a value do no harm', async () => {
    const failed = await failure(
      { create: json({ message: 'bad key 0123456789abcdef, bad session session-of-a-user' }, 500) },
      {
        headers: {
          Authorization: 'Bearer 0123456789abcdef',
          Cookie: 'hf-chat=session-of-a-user; theme=dark',
          'X-Token': undefined as unknown as string,
        },
      },
    );
    expect(failed.code).toBe('server-error');
    expect(JSON.stringify(failed)).not.toMatch(/0123456789abcdef|session-of-a-user/);
  });
});
