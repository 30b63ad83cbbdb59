import { describe, expect, it } from 'vitest';
import { CallScope } from '../call-scope.ts';
import { complete } from '../complete.ts';
import { ask, echoProvider, failureOf } from '../echo-codec.fixture.ts';
import { rawServer } from '../local-server.fixture.ts';
import { createHttpClient } from './http-client.ts';

const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n';

function chunk(text: string, extension = ''): string {
  return `${Buffer.byteLength(text).toString(16)}${extension}\r\n${text}\r\n`;
}

const answer = [
  head,
  chunk('data: thr', ';name=value'),
  chunk('ough\n\nda', ';quoted="a; b";alone'),
  chunk('ta: [END]\n\n'),
  '0;last\r\nx-sum: 17\r\nx-more: data: nothing\r\n\r\n',
].join('');

describe('chunk extensions and trailers (RFC 9112, 7.1)', () => {
  it.each([
    ['in one packet', (bytes: Buffer) => [bytes]],
    ['one byte at a time', (bytes: Buffer) => Array.from(bytes, (byte) => Buffer.of(byte))],
  ])('are no part of the answer, and the connection is used again: %s', async (_name, cut) => {
    await using server = await rawServer((socket) => {
      socket.setNoDelay(true).on('data', () => {
        for (const piece of cut(Buffer.from(answer))) socket.write(piece);
      });
    });
    const provider = echoProvider(server.url);
    for (const _ of [1, 2]) expect((await complete(provider, ask)).text).toBe('through');
    expect(server.accepted()).toBe(1);
    await provider.close();
  });

  it('that never end do not keep a finished answer waiting, and its socket is closed', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        const more = (): void => {
          while (!socket.destroyed && socket.write(`x-more: ${'y'.repeat(1_000)}\r\n`));
        };
        socket.write(answer.slice(0, -2));
        socket.on('drain', more);
        more();
      });
    });
    const provider = echoProvider(server.url);
    expect((await complete(provider, ask)).text).toBe('through');
    await server.noSockets();
    await provider.close();
  });

  it('that never end fail a body that is read whole, within the limit of headers', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write(`${head}${chunk('all')}0\r\n`);
        const more = (): void => {
          while (!socket.destroyed && socket.write(`x-more: ${'y'.repeat(1_000)}\r\n`));
        };
        socket.on('drain', more);
        more();
      });
    });
    const http = createHttpClient();
    const scope = new CallScope();
    const response = await http.request({ method: 'GET', url: server.url }, scope);
    expect(await failureOf(response.body.text())).toMatchObject({ code: 'invalid-response', sent: 'yes' });
    await server.noSockets();
    scope.close();
    http.close();
  });
});
