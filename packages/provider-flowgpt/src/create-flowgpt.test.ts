import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { ChatError, type ChatRequest, complete } from '@sluice/core';
import { createSandbox } from '@sluice/sandbox';
import { describe, expect, it } from 'vitest';
import { createFlowGpt } from './create-flowgpt.ts';
import { failureOf, replayServer } from './replay-server.fixture.ts';

const ask: ChatRequest = { messages: [{ role: 'user', content: 'What does a sluice do, please?' }] };
const answer = '{"event":"text","data":"It lets "}\n\n{"event":"text","data":"water through."}\n';
const closed = `${answer}{"event":"end","data":null}\n`;

describe('FlowGPT', () => {
  it('answers a signed request, piece by piece', async () => {
    await using sandbox = await createSandbox();
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const stream = await provider.stream(ask);
    const pieces: string[] = [];
    for await (const text of stream.textStream) pieces.push(text);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(sandbox.requests[0]?.answer);
    await provider.close();
  });

  it('says who answered', async () => {
    await using sandbox = await createSandbox();
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const result = await complete(provider, { ...ask, model: 'gemini' });
    expect(result).toMatchObject({
      provider: 'flowgpt',
      model: 'google-gemini',
      id: expect.stringMatching(/^m\d+$/),
      finishReason: 'stop',
    });
    expect(result).not.toHaveProperty('usage');
    await provider.close();
  });

  it('keeps an earlier conversation', async () => {
    await using sandbox = await createSandbox({
      reply: ({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`).join('\n'),
    });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt, greeting: 'Good day.' });
    const { text } = await complete(provider, {
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three' },
      ],
    });
    expect(text.split('\n')).toEqual([
      'system: Be brief.',
      'assistant: Good day.',
      'user: one',
      'assistant: two',
      'user: three',
    ]);
    await provider.close();
  });

  it('signs each call anew: a nonce is never used twice', async () => {
    await using sandbox = await createSandbox();
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    await Promise.all(Array.from({ length: 20 }, () => complete(provider, ask)));
    const values = (name: string): number =>
      new Set(sandbox.requests.map(({ headers }) => headers[name])).size;
    expect(values('x-nonce')).toBe(20);
    expect(values('x-flow-device-id')).toBe(20);
    await provider.close();
  });

  it('tells of a wrong clock what to do about it, and not to check a key that there is not', async () => {
    await using sandbox = await createSandbox();
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt, now: () => 1_700_000_000_000 });
    expect(await failureOf(provider.stream(ask))).toMatchObject({
      code: 'auth',
      status: 401,
      message:
        'flowgpt answered 401: timestamp expired; FlowGPT takes no key: check the clock of this machine, else its signature has changed',
    });
    await provider.close();
  });

  it('lists the models of the service, or those that it was given', async () => {
    const ids = async (provider = createFlowGpt()): Promise<readonly string[]> =>
      (await provider.listModels()).map(({ id }) => id);
    expect(await ids()).toHaveLength(13);
    expect(await ids(createFlowGpt({ models: ['one', 'two'] }))).toEqual(['one', 'two']);
  });

  it('asks the first of the models that it was given, and knows no aliases of others', async () => {
    await using sandbox = await createSandbox({ services: { flowgpt: { models: ['one', 'two'] } } });
    const provider = createFlowGpt({ baseURL: `${sandbox.urls.flowgpt}/`, models: ['one', 'two'] });
    expect((await complete(provider, ask)).model).toBe('one');
    expect(await failureOf(provider.stream({ ...ask, model: 'gemini' }))).toMatchObject({
      code: 'model-not-found',
    });
    await provider.close();
  });

  it('refuses a field of the request that its wire lacks before anything is sent', async () => {
    await using sandbox = await createSandbox();
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const request = { ...ask, providerOptions: { flowgpt: { nsfww: true } } };
    expect(await failureOf(provider.stream(request))).toMatchObject({
      code: 'invalid-request',
      message: 'providerOptions.flowgpt.nsfww is not an option of FlowGPT; did you mean nsfw?',
    });
    expect(sandbox.requests).toHaveLength(0);
    await provider.close();
  });

  it('closes the socket when the reader leaves', async () => {
    await using sandbox = await createSandbox({ tokensPerSecond: 200, answerTokens: 10_000 });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    for await (const _ of await provider.stream(ask)) break;
    expect(await sandbox.requests[0]?.ended).toBe('client');
    await sandbox.waitUntil(() => sandbox.openSockets === 0);
    await provider.close();
  });
});

describe('an answer without a body', () => {
  it('is empty, not cut off', async () => {
    await using server = await replayServer((response) => response.writeHead(204).end());
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(provider.stream(ask))).toMatchObject({ code: 'empty-response' });
    await provider.close();
  });
});

describe('a character whose halves come in two events', () => {
  it('reaches the reader whole', async () => {
    await using sandbox = await createSandbox({ unicode: true, fault: 'split-surrogates' });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const stream = await provider.stream(ask);
    let text = '';
    for await (const piece of stream.textStream) {
      expect(piece.isWellFormed()).toBe(true);
      text += piece;
    }
    expect(text).toBe(sandbox.requests[0]?.answer);
    await provider.close();
  });
});

describe('an answer that does not come to its end', () => {
  it.each([
    ['clean-close', 'truncated'],
    ['reset', 'network'],
    ['error-event', 'server-error'],
    ['malformed-json', 'invalid-response'],
  ] as const)('(%s) fails with %s, and keeps what was said', async (fault, code) => {
    await using sandbox = await createSandbox({ answerTokens: 20, fault });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const stream = await provider.stream(ask);
    const error = await failureOf(stream.result());
    expect(error).toMatchObject({ code, provider: 'flowgpt', sent: 'yes' });
    const { text } = (error as ChatError).partial ?? { text: '' };
    expect(text).not.toBe('');
    expect(sandbox.requests[0]?.answer).toContain(text);
    await provider.close();
  });

  it.each([
    ['chunked', `Transfer-Encoding: chunked\r\n\r\n${answer.length.toString(16)}\r\n`],
    ['with a content length', 'Content-Length: 999\r\n\r\n'],
  ])(
    '(cut in the middle of a body that is %s) is truncated, though every line was whole',
    async (_how, head) => {
      await using server = await replayServer((response) => {
        response.socket?.end(`HTTP/1.1 200 OK\r\n${head}${answer}\r\n`);
      });
      const provider = createFlowGpt({ baseURL: server.url });
      expect(await failureOf(complete(provider, ask))).toMatchObject({
        code: 'truncated',
        partial: { text: 'It lets water through.' },
      });
      await provider.close();
    },
  );

  it('is an answer all the same where the server sends nothing but text and HTTP marks the end', async () => {
    await using server = await replayServer((response) => response.end(answer));
    const provider = createFlowGpt({ baseURL: server.url });
    expect((await complete(provider, ask)).text).toBe('It lets water through.');
    await provider.close();
  });

  it('is none where only the closing of the connection ends it', async () => {
    await using server = await replayServer((response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${answer}`);
    });
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(complete(provider, ask))).toMatchObject({
      code: 'truncated',
      partial: { text: 'It lets water through.' },
    });
    await provider.close();
  });

  it('is none where an end event was asked for', async () => {
    await using server = await replayServer((response) => response.end(answer));
    const provider = createFlowGpt({ baseURL: server.url, end: 'event' });
    expect(await failureOf(complete(provider, ask))).toMatchObject({ code: 'truncated' });
    await provider.close();
  });
});

describe('bug 13: errors inside an answer', () => {
  it('an error in a 200 keeps the time that the server asks to wait', async () => {
    await using server = await replayServer((response) =>
      response.writeHead(200, { 'retry-after': '7' }).end('{"event":"error","data":"Rate limit reached"}\n'),
    );
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(provider.stream(ask))).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 7_000,
    });
    await provider.close();
  });

  it('an error as the first event is a failure of the call, with the code of its kind', async () => {
    await using sandbox = await createSandbox({
      fault: { name: 'error-first', parameters: { status: 429 } },
    });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    expect(await failureOf(provider.stream(ask))).toMatchObject({ code: 'rate-limited' });
    await provider.close();
  });
});

describe('bug 16: refusals', () => {
  const page = (title: string): string =>
    `<!DOCTYPE html><html><head><title>${title}</title></head><body>${'<p>filler</p>'.repeat(99)}</body></html>`;
  const json = { 'content-type': 'application/json' };
  const html = { 'content-type': 'text/html; charset=utf-8' };

  it.each([
    [
      401,
      'a message',
      'auth',
      /^flowgpt answered 401: no; FlowGPT takes no key/,
      json,
      '{"error":{"message":"no"}}',
    ],
    [
      402,
      'a message',
      'payment-required',
      /^flowgpt answered 402: pay$/,
      json,
      '{"error":{"message":"pay"}}',
    ],
    [403, 'a message', 'auth', /^flowgpt answered 403: no; /, json, '{"error":{"message":"no"}}'],
    [403, 'null for a message', 'auth', /^flowgpt answered 403; /, json, '{"error":{"message":null}}'],
    [403, 'an empty error', 'auth', /^flowgpt answered 403; /, json, '{"error":{}}'],
    [
      404,
      'a message',
      'invalid-response',
      /check that baseURL is the address/,
      json,
      '{"message":"Cannot POST /x"}',
    ],
    [400, 'an error text', 'invalid-request', /^flowgpt answered 400: bad$/, json, '{"error":"bad"}'],
    [
      400,
      'an error text and a message',
      'invalid-request',
      /: no model$/,
      json,
      '{"error":"Bad Request","message":"no model"}',
    ],
    [
      400,
      'a wrong model',
      'model-not-found',
      /: model x is not supported$/,
      json,
      '{"error":{"message":"model x is not supported"}}',
    ],
    [400, 'an object of another kind', 'invalid-request', /^flowgpt answered 400$/, json, '{"unknown":1}'],
    [
      400,
      'a list',
      'invalid-request',
      /^flowgpt answered 400: first$/,
      json,
      '[{"message":"first"},{"message":"second"}]',
    ],
    [400, 'an empty list', 'invalid-request', /^flowgpt answered 400$/, json, '[]'],
    [400, 'broken JSON', 'invalid-request', /^flowgpt answered 400: \{"error":$/, json, '{"error":'],
    [
      400,
      'problem details',
      'invalid-request',
      /: why$/,
      { 'content-type': 'application/problem+json' },
      '{"title":"Bad","detail":"why"}',
    ],
    [429, 'a message', 'rate-limited', /^flowgpt answered 429: slow$/, json, '{"error":{"message":"slow"}}'],
    [429, 'a page', 'rate-limited', /^flowgpt answered 429: a web page, "Too many"$/, html, page('Too many')],
    [
      500,
      'text',
      'server-error',
      /^flowgpt answered 500: oops$/,
      { 'content-type': 'text/plain' },
      ' oops \n',
    ],
    [502, 'a page', 'server-error', /"502 Bad Gateway"$/, html, page('502 Bad Gateway')],
    [503, 'a message', 'overloaded', /: full$/, json, '{"error":{"message":"full"}}'],
    [504, 'a page', 'server-error', /"504 Gateway Timeout"$/, html, page('504 Gateway Timeout')],
    [520, 'nothing', 'server-error', /^flowgpt answered 520$/, {}, ''],
    [
      403,
      'a challenge',
      'blocked',
      /it wants a browser or a human$/,
      html,
      page('Attention Required! | Cloudflare'),
    ],
    [429, 'a challenge', 'blocked', /it wants a browser or a human$/, html, page('Just a moment...')],
    [503, 'a challenge', 'blocked', /it wants a browser or a human$/, html, page('Just a moment...')],
    [
      403,
      'a challenge in its head',
      'blocked',
      /it wants a browser or a human$/,
      { 'cf-mitigated': 'challenge' },
      '',
    ],
    [
      405,
      'a captcha in its head',
      'blocked',
      /it wants a browser or a human$/,
      { ...html, 'x-amzn-waf-action': 'captcha' },
      '',
    ],
    [202, 'a challenge in its head', 'blocked', /AWS WAF/, { 'x-amzn-waf-action': 'challenge' }, ''],
    [
      200,
      'a challenge',
      'blocked',
      /it wants a browser or a human; try later/,
      html,
      page('Just a moment...'),
    ],
    [200, 'a page', 'invalid-response', /^flowgpt sent a web page \("Welcome"\)/, html, page('Welcome')],
  ] as const)('%i with %s is %s', async (status, _body, code, message, headers, body) => {
    await using server = await replayServer((response) =>
      response.writeHead(status, { ...headers }).end(body),
    );
    const provider = createFlowGpt({ baseURL: server.url });
    const error = await failureOf(provider.stream(ask));
    expect(ChatError.is(error)).toBe(true);
    expect(error).toMatchObject({
      code,
      status,
      provider: 'flowgpt',
      message: expect.stringMatching(message),
    });
    expect((error as ChatError).message).not.toContain('filler');
    await provider.close();
  });

  it('keep the time that the server asks to wait', async () => {
    await using server = await replayServer((response) =>
      response.writeHead(429, { 'retry-after': '7' }).end(),
    );
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(provider.stream(ask))).toMatchObject({
      code: 'rate-limited',
      retryAfterMs: 7_000,
    });
    await provider.close();
  });
});

describe('bug 17: headers of the connection, and encodings', () => {
  it('only encodings are offered that are decoded, each of them is, and TE is not sent', async () => {
    const encoders = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    for (const [encoding, encode] of Object.entries(encoders)) {
      await using server = await replayServer((response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(encode(closed)),
      );
      const provider = createFlowGpt({ baseURL: server.url });
      expect((await complete(provider, ask)).text).toBe('It lets water through.');
      const headers = server.received[0]?.headers ?? {};
      expect(String(headers['accept-encoding']).split(', ').sort()).toEqual(Object.keys(encoders).sort());
      expect(headers).not.toHaveProperty('te');
      await provider.close();
    }
  });
});

describe('bug 18: parameters that the wire lacks', () => {
  it('are named in warnings, and stop sequences hold all the same', async () => {
    await using sandbox = await createSandbox({ reply: () => ['one ', 'two', ' thr', 'ee four'] });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const { text, warnings } = await complete(provider, {
      ...ask,
      stop: 'three',
      topP: 0.5,
      maxOutputTokens: 5,
      temperature: 0.2,
    });
    expect(text).toBe('one two ');
    expect(warnings.map(({ code, feature }) => `${code} ${feature}`)).toEqual([
      'emulated stop',
      'unsupported-parameter topP',
      'unsupported-parameter maxOutputTokens',
    ]);
    expect(sandbox.requests[0]?.json()).toMatchObject({ temperature: 0.2 });
    await provider.close();
  });

  it('a limit of time is kept', async () => {
    await using sandbox = await createSandbox({ fault: 'stall' });
    const provider = createFlowGpt({ baseURL: sandbox.urls.flowgpt });
    const stream = await provider.stream(ask, { timeout: { idle: 30 } });
    expect(await failureOf(stream.result())).toMatchObject({ code: 'idle-timeout' });
    await provider.close();
  });
});

describe('bug 19: what all the originals had', () => {
  it('a line of a megabyte is read', async () => {
    const long = 'x'.repeat(1024 * 1024);
    await using server = await replayServer((response) =>
      response.end(`{"event":"text","data":"${long}"}\n`),
    );
    const provider = createFlowGpt({ baseURL: server.url });
    expect((await complete(provider, ask)).text).toHaveLength(long.length);
    await provider.close();
  });

  it('a redirect does not turn the question into a GET', async () => {
    await using server = await replayServer((response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(provider.stream(ask))).toMatchObject({ code: 'invalid-response', status: 302 });
    expect(server.received).toHaveLength(1);
    await provider.close();
  });
});
