import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hello, startTestGateway, type TestGateway } from '../gateway.fixture.ts';

const env = { TEAM_KEY: 'a-key-for-tests-0123456789' };
const keys = [{ name: 'team', env: 'TEAM_KEY' }];

async function refusal(response: Response): Promise<{ status: number; code: string; message: string }> {
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('x-request-id')).toMatch(/\w/);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(Object.keys(error).sort()).toEqual(['code', 'message', 'param', 'type']);
  return { status: response.status, code: error.code, message: error.message };
}

/** Bytes of our own, and everything that comes back. */
function raw(gateway: TestGateway, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  socket.write(bytes);
  return text(socket);
}

test.each([
  ['broken JSON', '{"model": "a secret', {}, 400, 'invalid_json'],
  ['a poisoned object', '{"__proto__": {"x": 1}, "messages": []}', {}, 400, 'invalid_json'],
  ['an empty body', '', {}, 400, 'invalid_json'],
  ['a body that is no object', '[]', {}, 400, 'invalid_value'],
  ['another content type', 'hello', { 'content-type': 'text/plain' }, 415, 'unsupported_content_type'],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_content_type'],
  ['a compressed body', 'xx', { 'content-encoding': 'gzip' }, 415, 'unsupported_content_type'],
] as const)(
  "%s is refused in OpenAI's shape, without being quoted",
  async (_what, body, headers, status, code) => {
    await using gateway = await startTestGateway();
    const found = await refusal(await gateway.post(body, { headers }));
    expect(found).toMatchObject({ status, code });
    expect(found.message).not.toContain('secret');
    expect(gateway.log.join('')).not.toContain('secret');
  },
);

test('a body of 50 MiB is refused, and the client reads why', async () => {
  await using gateway = await startTestGateway();
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(50 * 1024 * 1024) }] });
  expect(await refusal(await gateway.post(body))).toMatchObject({ status: 413, code: 'request_too_large' });
  // Also where its length is not announced.
  let sent = 0;
  const chunked = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1;
      if (sent > 50) controller.close();
      else controller.enqueue(new Uint8Array(1024 * 1024).fill(120));
    },
  });
  const unannounced = gateway.post('', { body: chunked, duplex: 'half' } as RequestInit);
  // The connection may be closed before the client turns from writing to reading.
  const outcome = await unannounced.then(refusal, () => ({ status: 413 }));
  expect(outcome.status).toBe(413);
});

test('unknown paths and methods are told in the same shape', async () => {
  await using gateway = await startTestGateway();
  expect(await refusal(await fetch(`${gateway.url}/v1/nothing?key=secret`))).toMatchObject({
    status: 404,
    code: 'unknown_url',
    message: 'Invalid URL (GET /v1/nothing)',
  });
  const wrong = await fetch(`${gateway.url}/v1/chat/completions`);
  expect(wrong.headers.get('allow')).toBe('POST');
  expect(await refusal(wrong)).toMatchObject({ status: 405, code: 'method_not_supported' });
  expect(await refusal(await fetch(`${gateway.url}/v1/models`, { method: 'DELETE' }))).toMatchObject({
    status: 405,
  });
  expect(await refusal(await fetch(`${gateway.url}/%zz`))).toMatchObject({ status: 400 });
});

test('unknown paths and methods are told before a body is read, and whatever it is', async () => {
  await using gateway = await startTestGateway({ env, server: { keys } });
  const answered = (path: string, status: number): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString());
    });
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n{`,
    );
    return promise.then((head) => {
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      return head;
    });
  };
  expect(await answered('/v1/nothing', 404)).toContain('"code":"unknown_url"');
  expect(await answered('/v1/models', 405)).toContain('allow: GET');
  const broken = { method: 'POST', body: '{broken', headers: { 'content-type': 'application/json' } };
  expect(await refusal(await fetch(`${gateway.url}/v1/nothing`, broken))).toMatchObject({ status: 404 });
});

test.each(['tools', 'response_format', 'modalities'])(
  'a body of %s that is nested without end is refused, and nobody is asked',
  async (field) => {
    await using gateway = await startTestGateway();
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const named = `{"name":"a","parameters":${deep}}`;
    const values: { readonly [field: string]: string } = {
      tools: `[{"type":"function","function":${named}}]`,
      response_format: `{"type":"json_schema","json_schema":{"name":"a","schema":${deep}}}`,
      modalities: deep,
    };
    const body = `{"messages":[{"role":"user","content":"hi"}],"${field}":${values[field]}}`;
    expect(await refusal(await gateway.post(body))).toMatchObject({
      status: 400,
      code: 'invalid_value',
      message: 'the body must have at most 128 levels of objects and arrays',
    });
    expect(gateway.sandbox.requests).toHaveLength(0);
  },
);

test('bytes that are no HTTP, headers without end and requests that never come get an answer and no place', async () => {
  await using gateway = await startTestGateway({
    server: { headerLimitBytes: 2048, requestTimeoutMs: 200, headersTimeoutMs: 150 },
  });
  expect(await raw(gateway, 'GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/);
  const long = `GET /healthz HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(4096)}\r\n\r\n`;
  expect(await raw(gateway, long)).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/);
  for (const path of ['/v1/models', '/healthz', '/nothing']) {
    expect(await raw(gateway, `GET ${path} HTTP/1.1\r\nconnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/,
    );
  }
  const odd = 'GET /v1/models HTTP/1.1\r\nhost: localhost\r\nexpect: 200-ok\r\n\r\n';
  expect(await raw(gateway, odd)).toMatch(/^HTTP\/1\.1 417 [\s\S]*"code":"invalid_request"/);
  const slow =
    'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\ncontent-type: application/json\r\n\r\n{';
  expect(await raw(gateway, slow)).toMatch(/^HTTP\/1\.1 408 [\s\S]*"code":"request_timeout"/);
  await expect.poll(() => gateway.app.sluice.inFlight).toBe(0);
});

test.each([
  ['no key', {}],
  ['a wrong key', { authorization: 'Bearer sk-not-the-key-0123456789' }],
  ['the beginning of the key', { authorization: `Bearer ${env.TEAM_KEY.slice(0, -1)}` }],
  ['another scheme', { authorization: `Basic ${env.TEAM_KEY}` }],
])('%s gets 401, and its value is in no log', async (_what, headers: { readonly [name: string]: string }) => {
  await using gateway = await startTestGateway({ env, server: { keys } });
  expect(await refusal(await gateway.post(hello, { headers }))).toMatchObject({
    status: 401,
    code: 'invalid_api_key',
  });
  expect(gateway.sandbox.requests).toHaveLength(0);
  expect(gateway.log.join('')).not.toContain('not-the-key');
  for (const path of ['/v1/models', '/v1/providers', '/metrics'])
    expect((await fetch(`${gateway.url}${path}`)).status).toBe(401);
  for (const path of ['/healthz', '/readyz', '/openapi.json'])
    expect((await fetch(`${gateway.url}${path}`)).status).toBe(200);
});

test('a key by its hash opens; more requests at once than it may are refused until one ends', async () => {
  await using gateway = await startTestGateway({
    sandbox: { tokensPerSecond: 50, answerTokens: 1000 },
    server: {
      keys: [
        {
          name: 'hashed',
          sha256: 'b8b0b2b5a1a5d3f9d1c7a2c9a7f0f3a4c6a1d8a6e4f1d6c8b9e2a7d5c4b3a291',
          concurrency: 1,
        },
        { name: 'one', env: 'TEAM_KEY', concurrency: 1 },
      ],
    },
    env,
  });
  const headers = { authorization: `Bearer ${env.TEAM_KEY}` };
  const leave = new AbortController();
  const first = await gateway.post({ ...hello, stream: true }, { headers, signal: leave.signal });
  const second = await gateway.post(hello, { headers });
  expect(second.headers.get('retry-after')).toBe('1');
  expect(await refusal(second)).toMatchObject({ status: 429, code: 'concurrency_limit_exceeded' });
  leave.abort();
  await gateway.lineOf(first.headers.get('x-request-id'));
  gateway.sandbox.configure({ tokensPerSecond: 0, answerTokens: 5 });
  expect((await gateway.post(hello, { headers })).status).toBe(200);
});

test('without keys only this machine is served, called by its own name', async () => {
  await using gateway = await startTestGateway({ server: { allowedHosts: ['sluice.test'] } });
  const asked = (host: string): Promise<string> =>
    raw(gateway, `GET /v1/models HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  expect(await asked('evil.example')).toMatch(/^HTTP\/1\.1 403 [\s\S]*"code":"wrong_host"/);
  expect(await asked('127.0.0.1.evil.example')).toMatch(/^HTTP\/1\.1 403/);
  for (const host of ['localhost:7300', '127.0.0.1', '[::1]:80', 'sluice.test']) {
    expect(await asked(host)).toMatch(/^HTTP\/1\.1 200/);
  }
});

test('a well-formed x-request-id is kept, any other is replaced, and no header can be smuggled in', async () => {
  await using gateway = await startTestGateway();
  const ask = async (id: string): Promise<string | null> =>
    (
      await gateway.post({ ...hello, model: 'x\r\nset-cookie: a=b' }, { headers: { 'x-request-id': id } })
    ).headers.get('x-request-id');
  expect(await ask('trace-1.2:3')).toBe('trace-1.2:3');
  expect(await ask('two words')).toMatch(/^[\da-f-]{36}$/);
  expect(await ask('x'.repeat(200))).toMatch(/^[\da-f-]{36}$/);
  const smuggling = await gateway.post({ ...hello, model: 'main:x\r\nset-cookie: a=b; "é' });
  expect(smuggling.headers.get('set-cookie')).toBe(null);
  expect(smuggling.headers.get('x-sluice-route')).toContain('main:x??set-cookie:_a=b__??');
});

test('pages of other origins are not let in unless they are named', async () => {
  await using closed = await startTestGateway();
  const origin = { origin: 'https://app.example' };
  const answered = await fetch(`${closed.url}/v1/models`, { headers: origin });
  expect(answered.headers.get('access-control-allow-origin')).toBe(null);
  await using gateway = await startTestGateway({
    env,
    server: { keys, cors: { origins: ['https://app.example'] } },
  });
  const preflight = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: {
      ...origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example');
  const stream = await gateway.post(
    { ...hello, stream: true },
    { headers: { ...origin, authorization: `Bearer ${env.TEAM_KEY}` } },
  );
  expect(stream.headers.get('access-control-allow-origin')).toBe('https://app.example');
  await stream.text();
});
