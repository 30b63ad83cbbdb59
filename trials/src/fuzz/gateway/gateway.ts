import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { startGateway } from '@sluice/gateway';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createRegistry } from '@sluice/registry';
import { createSandbox } from '@sluice/sandbox';
import fc from 'fast-check';
import { fuzzProperty, type OpenArea } from '../fuzz-property.ts';
import { assertPrototypesUntouched } from '../prototypes.ts';
import { exchange, type Reply } from './http-exchange.ts';
import { bodyTexts, saying } from './request-bodies.ts';

/** The key of the callers, and the one that opens the upstream. Neither may be seen anywhere. */
const callersKey = 'callers-key-0123456789-abcdef';
const upstreamKey = 'upstream-key-9876543210-fedcba';

const statuses = new Set([
  200, 204, 400, 401, 403, 404, 405, 408, 409, 411, 413, 415, 417, 422, 429, 431, 499, 502, 503, 504,
]);

const jsonHeaders = [`authorization: Bearer ${callersKey}`, 'content-type: application/json'];

/** Lines that may stand in a head. */
const properLine = fc.constantFrom(
  'content-type: application/json; charset=utf-16',
  'content-type: text/plain',
  'content-encoding: gzip',
  'expect: 100-continue',
  'expect: 200-ok',
  'connection: close',
  'host: evil.example',
  'origin: https://evil.example',
  'x-request-id: abc',
  'x-request-id: a b "c',
  'accept: */*',
  'x-forwarded-for: 1.2.3.4',
  'cookie: a=b',
  'if-none-match: *',
  'range: bytes=0-1',
);

/** Lines that no head has, and some that only look odd. */
const oddLine = fc.oneof(
  fc.constantFrom(
    `authorization: ${callersKey}`,
    'authorization: Bearer',
    'authorization: Bearer wrong-key-0000000000',
    'content-type: ;;',
    'content-type:',
    'transfer-encoding: chunked',
    'content-length: 5',
    'content-length: -1',
    'content-length: 99999999999999999999',
    'transfer-encoding: gzip, chunked',
    'connection: upgrade',
    'upgrade: websocket',
    'host:',
    'x-request-id: \u0001',
    ' folded: x',
    'no-colon',
    ': empty',
    `x-long: ${'x'.repeat(20_000)}`,
    'x-é: ü',
  ),
  fc
    .tuple(fc.string({ maxLength: 10 }), fc.string({ unit: 'binary', maxLength: 10 }))
    .map(([name, value]) => `${name}: ${value}`),
);

const headerLines = fc.oneof(
  { weight: 3, arbitrary: fc.array(properLine, { maxLength: 3 }).map((lines) => [...jsonHeaders, ...lines]) },
  fc.array(fc.oneof(properLine, oddLine), { maxLength: 5 }),
  fc.array(oddLine, { minLength: 1, maxLength: 1 }).map((lines) => [...lines, ...jsonHeaders]),
);

const paths = fc.oneof(
  fc.constantFrom(
    '/v1/chat/completions',
    '/v1/models',
    '/v1/models/main',
    '/v1/models/main:sandbox',
    '/v1/models/main%3Asandbox',
    '/v1/route/plan',
    '/v1/providers',
    '/metrics',
    '/healthz',
    '/readyz',
    '/openapi.json',
    '/',
    '*',
    '//',
    '/v1/models/%',
    '/v1/models/%00',
    '/v1/models/..%2f..',
    '/v1/chat/completions?x=1',
    '/v1/chat/completions/',
    '/V1/Models',
    'http://evil.example/v1/models',
    '/v1/models/__proto__',
    '/v1/models/constructor',
    '/%ff',
    '/v1/models/%E0%A4%A',
  ),
  fc.webPath(),
  fc.string({ maxLength: 20 }).map((text) => `/v1/models/${text}`),
);

const methods = fc.constantFrom(
  'GET',
  'POST',
  'POST',
  'HEAD',
  'OPTIONS',
  'PUT',
  'DELETE',
  'PATCH',
  'CONNECT',
  'TRACE',
  'BREW',
  'get',
  '',
);

/** The door over real sockets: OpenAI's error shape or an answer, whatever comes in; never a 500, a crash or a secret. */
export async function openGatewayArea(): Promise<OpenArea> {
  const sandbox = await createSandbox({ answerTokens: 3, apiKey: upstreamKey, keepRequests: 10 });
  const log: string[] = [];
  const gateway = await startGateway({
    load: () => ({
      registry: createRegistry({
        providers: [
          {
            provider: createOpenAICompatible({
              id: 'main',
              baseURL: sandbox.urls.openai,
              apiKey: upstreamKey,
              proxy: false,
              defaultModel: 'sandbox',
            }),
            models: ['sandbox'],
          },
        ],
        // A request that the upstream refuses must not rest it for the next one.
        breaker: { failures: 1e9, inARow: 1e9 },
        retry: { maxWaitMs: 0 },
      }),
      server: {
        port: 0,
        keys: [{ name: 'fuzz', env: 'FUZZ_KEY' }],
        unsupportedParameters: 'refuse',
        bodyLimitBytes: 1024 * 1024,
      },
    }),
    env: { FUZZ_KEY: callersKey },
    logger: { stream: { write: (line: string) => void log.push(line) } },
  });
  const port = Number(new URL(gateway.url).port);

  /** What holds for every answer. */
  const assertProper = ({ status, headers, body }: Reply, isHead = false): void => {
    assert.ok(statuses.has(status), `status ${status}: ${body.slice(0, 300)}`);
    const whole = `${headers}\n${body}`;
    assert.ok(!whole.includes(callersKey) && !whole.includes(upstreamKey), 'no key in an answer');
    if (status < 400 || isHead) return;
    const { error } = JSON.parse(body) as {
      error: { message: unknown; type: unknown; param: unknown; code: unknown };
    };
    assert.deepEqual(Object.keys(error).sort(), ['code', 'message', 'param', 'type']);
    for (const field of [error.message, error.type, error.code]) assert.equal(typeof field, 'string');
    assert.ok(error.param === null || typeof error.param === 'string');
    assert.ok(!body.includes(saying), `no prompt in an error: ${body.slice(0, 500)}`);
  };

  /** Nothing stays behind, and nothing is told to the log that it must not know. */
  const assertQuiet = (): void => {
    assert.equal(gateway.app.sluice.inFlight, 0, 'nothing is in flight');
    const lines = log.splice(0).join('');
    for (const hidden of [callersKey, upstreamKey, saying])
      assert.ok(!lines.includes(hidden), 'no secret in the log');
    assert.ok(!lines.includes('internal error'), lines.slice(0, 2_000));
    assertPrototypesUntouched();
  };

  const bodies = fuzzProperty(
    'bodies',
    60,
    fc.asyncProperty(
      bodyTexts,
      fc.constantFrom(
        '/v1/chat/completions',
        '/v1/chat/completions',
        '/v1/chat/completions',
        '/v1/route/plan',
      ),
      fc.nat(),
      async (text, path, cut) => {
        const body = Buffer.from(text);
        const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n${jsonHeaders.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n`;
        const place = cut % (body.length + 1);
        const [reply, more] = await exchange(port, [head, body.subarray(0, place), body.subarray(place)]);
        assert.ok(reply && !more, 'one answer');
        assertProper(reply);
        assertStream(reply);
        assertQuiet();
      },
    ),
  );

  const heads = fuzzProperty(
    'paths-and-headers',
    100,
    fc.asyncProperty(
      methods,
      paths,
      headerLines,
      fc.oneof(fc.constant(''), fc.constant('{}'), fc.string({ maxLength: 12 })),
      fc.integer({ min: 0, max: 5 }),
      async (method, path, lines, body, measured) => {
        const length = measured > 0 && body !== '' ? [`content-length: ${Buffer.byteLength(body)}`] : [];
        const head = [`${method} ${path} HTTP/1.1`, 'host: 127.0.0.1', ...length, ...lines, '', ''].join(
          '\r\n',
        );
        const [reply, ...more] = await exchange(port, [head, body], 15);
        if (reply) assertProper(reply, method === 'HEAD');
        // What is left of a wrong length is another request.
        for (const each of more) assertProper(each);
        assertQuiet();
      },
    ),
  );

  const bytes = fuzzProperty(
    'bytes',
    60,
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            'GET / HTTP/1.1\r\n',
            'POST /v1/chat/completions HTTP/1.1\r\n',
            'host: x\r\n',
            '\r\n',
            '\n',
            'HTTP/1.1',
            'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
            'transfer-encoding: chunked\r\n',
            '5\r\nhello\r\n',
            '0\r\n\r\n',
            'ffffffffffffffff\r\n',
            `authorization: Bearer ${callersKey}\r\n`,
            '\x16\x03\x01\x02\x00\x01\x00',
          ),
          fc.uint8Array({ maxLength: 20 }),
        ),
        { maxLength: 10 },
      ),
      async (pieces) => {
        for (const reply of await exchange(port, pieces, 5)) assertProper(reply);
        assertQuiet();
      },
    ),
  );

  return {
    properties: [bodies, heads, bytes],
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await sandbox.close();
    },
  };
}

/** A stream ends with its mark, or with an error and without it. */
function assertStream({ status, headers, body }: Reply): void {
  if (status !== 200 || !/^content-type: text\/event-stream/im.test(headers)) return;
  const isWhole = body.endsWith('data: [DONE]\n\n');
  const hasError = /^data: \{"error":/m.test(body);
  assert.notEqual(isWhole, hasError, `a stream is whole or has an error: ${body.slice(-300)}`);
}
