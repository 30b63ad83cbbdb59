import { afterEach, describe, expect, it } from 'vitest';
import { CallScope } from '../call-scope.ts';
import { localServer, rawServer } from '../local-server.fixture.ts';
import { createHttpClient } from './http-client.ts';
import { type HopAnswer, interceptHttp } from './interceptor.ts';

let stop: () => void = () => {};
afterEach(() => stop());

const said = (text: string): HopAnswer => {
  const chunks = [...text].map((character) => Buffer.from(character));
  return {
    status: 200,
    headers: {},
    body: { read: () => chunks.shift(), release: () => {}, abort: () => {} },
  };
};

describe('an interceptor', () => {
  it('answers in the place of the network, for clients that were there before', async () => {
    const client = createHttpClient();
    stop = interceptHttp(async ({ method, url, headers, body }) =>
      said(JSON.stringify([method, url, headers, body])),
    );
    const scope = new CallScope();
    const response = await client.request(
      { method: 'POST', url: 'http://nowhere.invalid/a?b', headers: { A: '1', b: undefined }, body: 'x' },
      scope,
    );
    expect(response.url).toBe('http://nowhere.invalid/a?b');
    expect(JSON.parse(await response.body.text())).toEqual([
      'POST',
      'http://nowhere.invalid/a?b',
      { A: '1' },
      'x',
    ]);
    scope.close();
  });

  it('sees each hop of a redirect, and what the network gave', async () => {
    await using server = await localServer((request, response) => {
      if (request.url === '/one') response.writeHead(302, { location: '/two' }).end();
      else response.end('here');
    });
    const seen: unknown[] = [];
    stop = interceptHttp(async ({ url }, _scope, next) => {
      const answer = await next();
      seen.push([new URL(url).pathname, answer.status]);
      return answer;
    });
    const client = createHttpClient();
    const scope = new CallScope();
    const response = await client.request({ method: 'GET', url: `${server.url}/one` }, scope);
    expect(await response.body.text()).toBe('here');
    expect(seen).toEqual([
      ['/one', 302],
      ['/two', 200],
    ]);
    client.close();
    scope.close();
  });

  it('sees each chunk as it came, and so does the reader', async () => {
    const chunks = '3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n';
    await using server = await rawServer((socket) => {
      socket.once('data', () =>
        socket.write(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`),
      );
    });
    stop = interceptHttp((_hop, _scope, next) => next());
    const client = createHttpClient();
    const scope = new CallScope();
    const { body } = await client.request({ method: 'GET', url: server.url }, scope);
    const pieces = [];
    for (let piece = await body.read(); piece; piece = await body.read()) {
      pieces.push(Buffer.from(piece).toString());
    }
    expect(pieces).toEqual(['one', 'two']);
    client.close();
    scope.close();
  });

  it('is the only one, until it is ended', () => {
    stop = interceptHttp(async () => said(''));
    expect(() => interceptHttp(async () => said(''))).toThrow(
      /^the requests of this process are intercepted already/,
    );
    stop();
    const second = interceptHttp(async () => said(''));
    // The one that was ended does not end another.
    stop();
    expect(() => interceptHttp(async () => said(''))).toThrow();
    second();
  });
});
