import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ChatError } from '../chat-error.ts';
import { complete } from '../complete.ts';
import { ask, echoProvider, failureOf } from '../echo-codec.fixture.ts';
import { rawServer } from '../local-server.fixture.ts';

const received = 'Bearer zq-what-was-received';

/** Everything that a console or a logger shows of an error, its causes and what is hidden included. */
function printed(error: ChatError): string {
  return [inspect(error, { depth: 8, showHidden: true }), error.stack, JSON.stringify(error)].join('\n');
}

describe('what was received is nowhere in the error', () => {
  it.each([
    ['no HTTP at all', `SSH-2.0 ${received}\r\n`],
    ['a header that is none', `HTTP/1.1 200 OK\r\nx y ${received}\r\n\r\n`],
    [
      'a chunk without a size',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nearly\r\n${received}\r\n`,
    ],
    ['headers without an end', `HTTP/1.1 200 OK\r\n${`x: ${received}\r\n`.repeat(2_000)}`],
    [
      'lengths that contradict each other',
      `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n${received}`,
    ],
    ['an answer that is cut', `HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n${received}`],
  ])('%s', async (_name, bytes) => {
    await using server = await rawServer((socket) => socket.once('data', () => socket.end(bytes)));
    const error = await failureOf(complete(echoProvider(server.url), ask));
    expect(['invalid-response', 'truncated', 'network']).toContain(error.code);
    expect(printed(error)).not.toContain('zq-what');
  });

  it('an https address where something else listens', async () => {
    await using server = await rawServer((socket) => socket.once('data', () => socket.end(received)));
    const error = await failureOf(complete(echoProvider(server.url.replace('http:', 'https:')), ask));
    expect(error.code).toBe('network');
    expect(printed(error)).not.toContain('zq-what');
  });

  it.each(['http', 'socks5'])('a proxy (%s) that is none', async (scheme) => {
    await using server = await rawServer((socket) =>
      socket.once('data', () => socket.end(`SSH-2.0 ${received}\r\n`)),
    );
    const error = await failureOf(
      complete(echoProvider('http://127.0.0.1:2'), ask, { proxy: server.url.replace('http', scheme) }),
    );
    expect(error).toMatchObject({ code: 'network', sent: 'no' });
    expect(printed(error)).not.toContain('zq-what');
  });
});

it('what was to be sent is nowhere in the error of a header that HTTP does not allow', async () => {
  const error = await failureOf(
    complete(echoProvider('http://127.0.0.1:2'), ask, { headers: { 'x-key': `zq-secret\nx: ${received}` } }),
  );
  expect(error.code).toBe('invalid-request');
  expect(printed(error)).not.toMatch(/zq-/);
});

it('the parser’s own words are kept', async () => {
  await using server = await rawServer((socket) => socket.once('data', () => socket.end('SSH-2.0\r\n')));
  const { cause } = await failureOf(complete(echoProvider(server.url), ask));
  expect(cause).toMatchObject({
    name: 'HTTPParserError',
    message: expect.stringContaining('does not match the HTTP/1.1 protocol'),
  });
});
