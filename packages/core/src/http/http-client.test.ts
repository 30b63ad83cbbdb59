import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createConnectProxy, createSocks5Proxy } from '@sluice/sandbox';
import { describe, expect, it, vi } from 'vitest';
import { CallScope } from '../call-scope.ts';
import { complete } from '../complete.ts';
import { ask, echoProvider, failureOf } from '../echo-codec.fixture.ts';
import { localServer, rawServer } from '../local-server.fixture.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpRequest, HttpResponse } from './http-message.ts';

const answer = 'data: through\n\ndata: [END]\n\n';

async function fetched(
  request: HttpRequest,
  proxy?: string | false,
  env: { [name: string]: string } = {},
): Promise<HttpResponse & { text: string }> {
  const http = createHttpClient({ env });
  const scope = new CallScope();
  try {
    const response = await http.request(request, scope, proxy);
    return { ...response, text: await response.body.text() };
  } finally {
    scope.close();
    http.close();
  }
}

describe('compressed answers', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('%s is decoded, also one byte at a time', async (encoding, compress) => {
    await using server = await localServer(async (_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      for (const byte of compress(answer)) response.write(Buffer.of(byte));
      response.end();
    });
    expect((await complete(echoProvider(server.url), ask)).text).toBe('through');
  });

  it('arrive as they are flushed, not at the end', async () => {
    const { createGzip } = await import('node:zlib');
    let finish = (): void => {};
    await using server = await localServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write('data: early\n\n');
      gzip.flush();
      finish = () => gzip.end('data: [END]\n\n');
    });
    const stream = await echoProvider(server.url).stream(ask);
    finish();
    expect((await stream.result()).text).toBe('early');
  });

  it('an unknown encoding and broken data are invalid-response', async () => {
    await using server = await localServer((request, response) => {
      response.writeHead(200, { 'content-encoding': request.url === '/zip/chat' ? 'zip' : 'gzip' });
      response.end(answer);
    });
    for (const path of ['/zip', '/gzip']) {
      const provider = echoProvider(server.url + path);
      expect(await failureOf(provider.stream(ask))).toMatchObject({ code: 'invalid-response', sent: 'yes' });
      await provider.close();
    }
    await server.noSockets();
  });

  it('a decompression bomb is refused, and its socket closed', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'a'));
    await using server = await localServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    const error = await failureOf(fetched({ method: 'GET', url: server.url }));
    expect(error).toMatchObject({ code: 'invalid-response' });
    await server.noSockets();
  });
});

describe('bodies', () => {
  it('are limited', async () => {
    await using server = await localServer((_request, response) => response.end('x'.repeat(200_000)));
    const http = createHttpClient();
    const scope = new CallScope();
    const response = await http.request({ method: 'GET', url: server.url }, scope);
    expect(await failureOf(response.body.text(1000))).toMatchObject({ code: 'invalid-response' });
    await server.noSockets();
    scope.close();
  });

  it('of errors that break off are told as far as they came', async () => {
    await using server = await localServer((_request, response) => {
      response.writeHead(401, { 'content-length': '500' });
      response.write('{"error":{"message":"the key has expired"}}', () => response.destroy());
    });
    const error = await failureOf(echoProvider(server.url).stream(ask));
    expect(error).toMatchObject({ code: 'auth', status: 401 });
    expect(error.message).toContain('the key has expired');
  });

  it('of errors that never end are not waited for: the status is enough', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await using server = await localServer((_request, response) => {
        response.writeHead(429, { 'retry-after': '7' });
        response.write('slow down, ');
      });
      const failing = failureOf(echoProvider(server.url).stream(ask));
      // The limits of the call, and the patience with the body.
      await expect.poll(() => vi.getTimerCount()).toBe(2);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(await failing).toMatchObject({ code: 'rate-limited', retryAfterMs: 7_000 });
      await server.noSockets();
    } finally {
      vi.useRealTimers();
    }
  });

  it('of errors are read no further than needed, and their connection is closed', async () => {
    await using server = await localServer((_request, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' });
      const piece = 'y'.repeat(65_536);
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const error = await failureOf(echoProvider(server.url).stream(ask));
    expect(error).toMatchObject({ code: 'server-error', status: 500 });
    expect(error.body?.length).toBeLessThan(3000);
    await server.noSockets();
  });
});

describe('connections', () => {
  it('of calls that ended together are all used again', async () => {
    await using server = await localServer((_request, response) => response.end('whole'));
    const http = createHttpClient({ env: {} });
    const scope = new CallScope();
    const call = async (): Promise<string> => {
      const response = await http.request({ method: 'GET', url: server.url }, scope);
      return response.body.text();
    };
    for (let round = 0; round < 2; round += 1) await Promise.all(Array.from({ length: 150 }, call));
    http.close();
    scope.close();
    expect(server.accepted()).toBe(150);
  });
});

describe('a client that is closed', () => {
  it('closes every idle connection, also one that was opened while the one before it was broken off', async () => {
    await using server = await localServer((request, response) => {
      response.write('some');
      if (request.url === '/whole') response.end();
    });
    const http = createHttpClient({ env: {} });
    const scope = new CallScope();
    const endless = await http.request({ method: 'GET', url: `${server.url}/endless` }, scope);
    endless.body.abort();
    const whole = await http.request({ method: 'GET', url: `${server.url}/whole` }, scope);
    expect(await whole.body.text()).toBe('some');
    http.close();
    scope.close();
    // Left alone, the server would close it too, seconds later.
    const startedMs = performance.now();
    await server.noSockets();
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });
});

describe('redirects', () => {
  it('307 on the same origin repeats the request with its body', async () => {
    await using server = await localServer((request, response) => {
      if (request.url === '/new') response.end(request.text);
      else response.writeHead(307, { location: '/new' }).end();
    });
    const { text } = await fetched({ method: 'POST', url: `${server.url}/old`, body: 'the prompt' });
    expect(text).toBe('the prompt');
  });

  it('a POST never becomes a GET: the new address is named instead', async () => {
    await using server = await localServer((_request, response) =>
      response.writeHead(302, { location: 'https://moved.example/v2' }).end(),
    );
    const error = await failureOf(fetched({ method: 'POST', url: server.url, body: 'the prompt' }));
    expect(error).toMatchObject({ code: 'invalid-response', status: 302 });
    expect(error.message).toContain('set baseURL to it');
    expect(error.message).toContain('https://moved.example/v2');
    expect(server.requests).toHaveLength(1);
  });

  it('credentials never follow to another origin', async () => {
    await using other = await localServer((_request, response) => response.end('there'));
    await using server = await localServer((_request, response) =>
      response.writeHead(302, { location: `${other.url}/models` }).end(),
    );
    const { text } = await fetched({
      method: 'GET',
      url: server.url,
      headers: { authorization: 'Bearer secret', cookie: 'a=b', 'x-api-key': 'k', accept: '*/*' },
    });
    expect(text).toBe('there');
    const { headers } = other.requests[0] ?? { headers: {} };
    expect(headers).toMatchObject({ accept: '*/*' });
    expect(headers).not.toHaveProperty('authorization');
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-api-key');
  });

  it('a loop ends', async () => {
    await using server = await localServer((_request, response) =>
      response.writeHead(307, { location: '/' }).end(),
    );
    const error = await failureOf(fetched({ method: 'POST', url: server.url, body: 'x' }));
    expect(error.message).toContain('more than 5 times');
    expect(server.requests).toHaveLength(6);
  });
});

describe('proxies', () => {
  it.each([
    ['HTTP CONNECT', createConnectProxy],
    ['SOCKS5', createSocks5Proxy],
  ] as const)('%s: the call goes through it, with user name and password', async (_name, createProxy) => {
    await using server = await localServer((_request, response) => response.end(answer));
    await using proxy = await createProxy({ credentials: { user: 'us er', password: 'p:ss' } });
    const withUser = proxy.url.replace('://', '://us%20er:p%3Ass@');
    const provider = echoProvider(server.url);
    expect((await complete(provider, ask, { proxy: withUser })).text).toBe('through');
    expect(proxy.log).toMatchObject([{ target: server.host }]);
    // The direct pool is another one: nothing of the proxy is reused without it.
    await complete(provider, ask, { proxy: false });
    expect(proxy.log).toHaveLength(1);
    await provider.close();
  });

  it.each([
    ['HTTP CONNECT', createConnectProxy],
    ['SOCKS5', createSocks5Proxy],
  ] as const)(
    '%s: a proxy that refuses is a network error that names it, without its password',
    async (_name, createProxy) => {
      await using server = await localServer((_request, response) => response.end(answer));
      await using proxy = await createProxy({ credentials: { user: 'user', password: 'right' } });
      const error = await failureOf(
        complete(echoProvider(server.url), ask, {
          proxy: proxy.url.replace('://', '://user:wrong-password@'),
        }),
      );
      expect(error).toMatchObject({ code: 'network', sent: 'no' });
      expect(error.message).toContain('proxy');
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('wrong-password');
      expect(server.accepted()).toBe(0);
    },
  );

  it('a proxy that is not there is a network error', async () => {
    for (const proxy of ['http://127.0.0.1:1', 'socks5://127.0.0.1:1']) {
      const error = await failureOf(complete(echoProvider('http://127.0.0.1:2'), ask, { proxy }));
      expect(error).toMatchObject({ code: 'network', sent: 'no' });
      expect(error.message).toContain('the proxy 127.0.0.1:1');
    }
  });

  it.each(['http', 'https', 'socks5'])(
    '%s: a proxy that never answers counts as connecting, and is left',
    async (scheme) => {
      await using proxy = await rawServer(() => {});
      const error = await failureOf(
        complete(echoProvider('http://127.0.0.1:2'), ask, {
          proxy: proxy.url.replace('http', scheme),
          timeout: { connect: 40 },
        }),
      );
      expect(error).toMatchObject({ code: 'connect-timeout', sent: 'no' });
      await proxy.noSockets();
    },
  );

  it.each([
    ['HTTP CONNECT', createConnectProxy],
    ['SOCKS5', createSocks5Proxy],
  ] as const)(
    '%s: names are resolved by the proxy, and a call that is cancelled closes its tunnel',
    async (_name, createProxy) => {
      await using server = await localServer((_request, response) => {
        response.write('data: through\n\n');
      });
      await using proxy = await createProxy({ hosts: { 'upstream.invalid': server.host } });
      const stream = await echoProvider('http://upstream.invalid').stream(ask, { proxy: proxy.url });
      await stream.cancel();
      await server.noSockets();
      await expect.poll(() => proxy.openSockets).toBe(0);
    },
  );

  it('the environment names one, except for loopback', async () => {
    await using server = await localServer((_request, response) => response.end('direct'));
    const { text } = await fetched({ method: 'GET', url: server.url }, undefined, {
      HTTP_PROXY: 'http://127.0.0.1:1',
    });
    expect(text).toBe('direct');
    const error = await failureOf(
      fetched({ method: 'GET', url: 'http://example.invalid' }, undefined, {
        http_proxy: 'http://127.0.0.1:1',
      }),
    );
    expect(error.message).toContain('the proxy 127.0.0.1:1');
  });
});
