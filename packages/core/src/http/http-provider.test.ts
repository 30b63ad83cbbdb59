import { describe, expect, it } from 'vitest';
import { ChatError } from '../chat-error.ts';
import type { ChatStream } from '../chat-stream.ts';
import { complete } from '../complete.ts';
import { createAsyncGenerator } from '../create-async-generator.ts';
import { ask, echoProvider, failureOf } from '../echo-codec.fixture.ts';
import type { ChatEvent } from '../events.ts';
import { localServer, rawServer } from '../local-server.fixture.ts';

async function eventsOf(stream: ChatStream): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe('the commit point', () => {
  it('resolves after the first text, while the rest is still to come', async () => {
    let release = (): void => {};
    await using server = await localServer((_request, response) => {
      response.write('data: first\n\n');
      release = () => response.end('data: second\n\ndata: [END]\n\n');
    });
    const stream = await echoProvider(server.url).stream(ask);
    release();
    expect(await eventsOf(stream)).toEqual([
      { type: 'text-delta', text: 'first' },
      { type: 'text-delta', text: 'second' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('rejects with empty-response when the answer ends without saying anything', async () => {
    await using server = await localServer((_request, response) => response.end('data: [END]\n\n'));
    expect(await failureOf(echoProvider(server.url).stream(ask))).toMatchObject({ code: 'empty-response' });
  });

  it('rejects with truncated when the body ends before anything was said', async () => {
    await using server = await localServer((_request, response) => response.end());
    expect(await failureOf(echoProvider(server.url).stream(ask))).toMatchObject({
      code: 'truncated',
      sent: 'yes',
    });
  });

  it('rejects with the error of the status, and keeps credentials and prompts out of it', async () => {
    await using server = await localServer(({ headers, text }, response) => {
      response.writeHead(429, { 'retry-after': '7', 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `slow down ${headers.authorization}`, echo: text } }));
    });
    const provider = echoProvider(server.url, { credentials: ['very-secret-key'] });
    const error = await failureOf(
      provider.stream(ask, { headers: { authorization: 'Bearer very-secret-key' } }),
    );
    expect(error).toMatchObject({
      code: 'rate-limited',
      status: 429,
      retryAfterMs: 7000,
      sent: 'no',
      provider: 'echo',
    });
    const told = `${JSON.stringify(error)} ${error.stack}`;
    expect(told).toContain('slow down');
    expect(told).not.toContain('very-secret');
    expect(told).not.toContain('What does a sluice');
  });
});

describe('the headers of a call', () => {
  const headers = { 'X-Api-Key': 'key-of-the-call', Cookie: 'sid=session-of-the-call' };

  it('are credentials that no error repeats', async () => {
    await using server = await localServer((received, response) => {
      response.writeHead(403);
      response.end(`who is ${received.headers['x-api-key']} with ${received.headers.cookie}?`);
    });
    const error = await failureOf(echoProvider(server.url).stream(ask, { headers }));
    expect(JSON.stringify(error)).toContain('who is');
    expect(JSON.stringify(error)).not.toMatch(/key-of-the-call|session-of-the-call/);
  });

  it('are known to the decoder as secrets', async () => {
    await using server = await localServer((_request, response) => response.end());
    let known: readonly string[] = [];
    const provider = echoProvider(server.url, {
      decode: (_head, _request, { secrets }) => {
        known = secrets.credentials ?? [];
        throw new ChatError('invalid-response', 'not today');
      },
    });
    await failureOf(provider.stream(ask, { headers }));
    expect(known).toContain('key-of-the-call');
  });
});

describe('one end', () => {
  it('throws truncated with what was received when the end of the protocol is missing', async () => {
    await using server = await localServer((_request, response) => response.end('data: half an ans\n\n'));
    const error = await failureOf(complete(echoProvider(server.url), ask));
    expect(error).toMatchObject({ code: 'truncated', partial: { text: 'half an ans', complete: true } });
  });

  it('delivers what came before a broken event, then the failure, then nothing', async () => {
    await using server = await localServer((_request, response) =>
      response.end('data: a\n\ndata: b\n\ndata: [BROKEN]\n\ndata: c\n\ndata: [END]\n\n'),
    );
    const stream = await echoProvider(server.url).stream(ask);
    const iterator = stream[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toEqual({ type: 'text-delta', text: 'a' });
    expect((await iterator.next()).value).toEqual({ type: 'text-delta', text: 'b' });
    expect(await failureOf(iterator.next())).toMatchObject({
      code: 'invalid-response',
      partial: { text: 'ab' },
    });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('lets nothing through after the finish, not even a second one', async () => {
    await using server = await localServer((_request, response) =>
      response.end('data: a\n\ndata: [END]\n\ndata: late\n\ndata: [END]\n\n'),
    );
    const events = await eventsOf(await echoProvider(server.url).stream(ask));
    expect(events.map(({ type }) => type)).toEqual(['text-delta', 'finish']);
  });

  it('tells a reset in mid-stream from a clean close', async () => {
    await using server = await localServer((_request, response) => {
      response.write('data: a\n\n', () => response.socket?.resetAndDestroy());
    });
    const error = await failureOf(complete(echoProvider(server.url), ask));
    expect(error).toMatchObject({ code: 'network', sent: 'yes', partial: { text: 'a' } });
  });

  it('reports a body whose framing was cut as truncated', async () => {
    await using server = await localServer((_request, response) => {
      response.write('data: a\n\n', () => response.socket?.end());
    });
    expect(await failureOf(complete(echoProvider(server.url), ask))).toMatchObject({
      code: 'truncated',
      partial: { text: 'a' },
    });
  });
});

describe('cancellation closes the socket', () => {
  const endless = () =>
    localServer((_request, response) => {
      response.write('data: a\n\n');
    });

  it('when the signal was aborted before the call: nothing is sent', async () => {
    await using server = await endless();
    const error = await failureOf(
      echoProvider(server.url).stream(ask, { signal: AbortSignal.abort('no need') }),
    );
    expect(error).toMatchObject({ code: 'aborted', cause: 'no need', sent: 'no' });
    expect(server.accepted()).toBe(0);
  });

  it('while connecting (the TLS handshake never ends)', async () => {
    const abort = new AbortController();
    await using server = await rawServer((socket) => socket.once('data', () => abort.abort()));
    const error = await failureOf(
      echoProvider(server.url.replace('http:', 'https:')).stream(ask, { signal: abort.signal }),
    );
    expect(error).toMatchObject({ code: 'aborted', sent: 'no' });
    await server.noSockets();
  });

  it('while awaiting the first token', async () => {
    const abort = new AbortController();
    await using server = await localServer(() => abort.abort());
    const error = await failureOf(echoProvider(server.url).stream(ask, { signal: abort.signal }));
    expect(error).toMatchObject({ code: 'aborted', sent: 'maybe' });
    await server.noSockets();
  });

  it('in mid-stream, and the reader that waits fails with aborted', async () => {
    const abort = new AbortController();
    await using server = await endless();
    const stream = await echoProvider(server.url).stream(ask, { signal: abort.signal });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = failureOf(iterator.next());
    abort.abort();
    expect(await waiting).toMatchObject({ code: 'aborted', partial: { text: 'a' } });
    await server.noSockets();
  });

  it('by cancel(), which also fails the reader', async () => {
    await using server = await endless();
    const stream = await echoProvider(server.url).stream(ask);
    const reading = failureOf(stream.result());
    await stream.cancel();
    expect(await reading).toMatchObject({ code: 'aborted' });
    await server.noSockets();
  });

  it('when the loop is left early, without a word', async () => {
    await using server = await endless();
    for await (const event of await echoProvider(server.url).stream(ask)) {
      expect(event).toEqual({ type: 'text-delta', text: 'a' });
      break;
    }
    await server.noSockets();
  });

  it('when a generator of text is left early', async () => {
    await using server = await endless();
    for await (const text of createAsyncGenerator(echoProvider(server.url), ask)) {
      expect(text).toBe('a');
      break;
    }
    await server.noSockets();
  });

  it('when `await using` ends', async () => {
    await using server = await endless();
    {
      await using stream = await echoProvider(server.url).stream(ask);
      expect(stream.provider).toBe('echo');
    }
    await server.noSockets();
  });

  it('when its web stream is cancelled', async () => {
    await using server = await endless();
    const reader = (await echoProvider(server.url).stream(ask)).toReadableStream().getReader();
    expect((await reader.read()).value).toEqual({ type: 'text-delta', text: 'a' });
    await reader.cancel();
    await server.noSockets();
  });

  it('when the provider is closed', async () => {
    await using server = await endless();
    const provider = echoProvider(server.url);
    const reading = failureOf((await provider.stream(ask)).result());
    await provider.close();
    expect(await reading).toMatchObject({ code: 'aborted' });
    await server.noSockets();
    expect(await failureOf(provider.stream(ask))).toMatchObject({ code: 'aborted' });
  });

  it('leaves no listener on the signal after a good end', async () => {
    await using server = await localServer((_request, response) =>
      response.end('data: a\n\ndata: [END]\n\n'),
    );
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await complete(echoProvider(server.url), ask, { signal });
    expect(listeners).toBe(0);
  });
});

describe('timeouts', () => {
  it('connect: a handshake that never ends', async () => {
    await using server = await rawServer(() => {});
    const error = await failureOf(
      echoProvider(server.url.replace('http:', 'https:')).stream(ask, { timeout: { connect: 30 } }),
    );
    expect(error).toMatchObject({ code: 'connect-timeout', sent: 'no' });
    expect(error.message).toContain('30 ms');
    await server.noSockets();
  });

  it('firstToken: headers and keep-alives do not count', async () => {
    await using server = await localServer((_request, response) => {
      response.write(': still here\n\n');
    });
    const error = await failureOf(echoProvider(server.url).stream(ask, { timeout: { firstToken: 30 } }));
    expect(error).toMatchObject({ code: 'first-token-timeout' });
    await server.noSockets();
  });

  it('idle: keep-alives without content do not count', async () => {
    await using server = await localServer((_request, response) => {
      response.write('data: a\n\n');
      const timer = setInterval(() => response.write(': ping\n\n'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(complete(echoProvider(server.url), ask, { timeout: { idle: 40 } }));
    expect(error).toMatchObject({ code: 'idle-timeout', partial: { text: 'a' } });
    await server.noSockets();
  });

  it('idle: a slow reader is not the upstream being idle', async () => {
    await using server = await localServer((_request, response) => {
      response.end('data: a\n\ndata: b\n\ndata: [END]\n\n');
    });
    const stream = await echoProvider(server.url).stream(ask, { timeout: { idle: 10 } });
    const events: ChatEvent[] = [];
    for await (const event of stream) {
      events.push(event);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(events).toHaveLength(3);
  });

  it('total: one number limits the whole call', async () => {
    await using server = await localServer((_request, response) => {
      response.write('data: a\n\n');
      const timer = setInterval(() => response.write('data: more\n\n'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(complete(echoProvider(server.url), ask, { timeout: 60 }));
    expect(error).toMatchObject({ code: 'deadline-exceeded' });
    await server.noSockets();
  });
});

describe('back-pressure', () => {
  it('reaches the socket: an upstream with nobody reading stops sending', async () => {
    let written = 0;
    let stalled = (): void => {};
    const stall = new Promise<void>((resolve) => {
      stalled = resolve;
    });
    await using server = await localServer((_request, response) => {
      const piece = `data: ${'x'.repeat(16_384)}\n\n`;
      let drained: NodeJS.Timeout;
      const more = (): void => {
        clearTimeout(drained);
        while (!response.destroyed && response.write(piece)) written += piece.length;
        drained = setTimeout(stalled, 100);
      };
      response.on('drain', more);
      more();
    });
    const stream = await echoProvider(server.url).stream(ask);
    await stall;
    // Kernel buffers of loopback sockets are a few MiB; an unbounded reader would have taken gigabytes by now.
    expect(written).toBeLessThan(32 * 1024 * 1024);
    await stream.cancel();
    await server.noSockets();
  });
});

describe('connections', () => {
  it('are not used again where an answer came before its request was read', async () => {
    const body = 'data: a\n\ndata: [END]\n\n';
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
      });
    });
    const provider = echoProvider(server.url);
    const long = { messages: [{ role: 'user' as const, content: 'x'.repeat(2 ** 25) }] };
    expect((await complete(provider, long)).text).toBe('a');
    expect((await complete(provider, ask, { timeout: { firstToken: 2_000 } })).text).toBe('a');
    expect(server.accepted()).toBe(2);
    await provider.close();
  });

  it('are used again after a good end', async () => {
    await using server = await localServer((_request, response) =>
      response.end('data: a\n\ndata: [END]\n\n'),
    );
    const provider = echoProvider(server.url);
    for (let call = 0; call < 5; call += 1) await complete(provider, ask);
    expect(server.accepted()).toBe(1);
    await provider.close();
    await server.noSockets();
  });

  it('are closed, and the answer stands, when a server never ends its response', async () => {
    await using server = await localServer((_request, response) => {
      response.write('data: a\n\ndata: [END]\n\n');
    });
    expect((await complete(echoProvider(server.url), ask)).text).toBe('a');
    await server.noSockets();
  });

  it('do not mix: a hundred calls at once each get their own answer', async () => {
    await using server = await localServer((request, response) => {
      const { content } = JSON.parse(request.text).messages[0];
      for (const letter of content) response.write(`data: ${letter}\n\n`);
      response.end('data: [END]\n\n');
    });
    const provider = echoProvider(server.url);
    const prompts = Array.from({ length: 100 }, (_, index) => `prompt-${index}-${'ab'.repeat(index)}`);
    const answers = await Promise.all(
      prompts.map((content) => complete(provider, { messages: [{ role: 'user', content }] })),
    );
    expect(answers.map(({ text }) => text)).toEqual(prompts);
    await provider.close();
    await server.noSockets();
  });
});

describe('an upstream that never says anything', () => {
  it.each([
    ['many events', 'data: \n\n', 'more than 65536 events'],
    ['many bytes', `: ${'x'.repeat(65_536)}\n\n`, 'more than 33554432 bytes'],
  ])('is given up after %s, and its socket closed', async (_what, piece, message) => {
    await using server = await rawServer((socket) => {
      const bytes = Buffer.from(piece.repeat(Math.ceil(65_536 / piece.length)));
      const more = (): void => {
        while (!socket.destroyed && socket.write(bytes));
        if (!socket.destroyed) socket.once('drain', more);
      };
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        more();
      });
    });
    const error = await failureOf(echoProvider(server.url).stream(ask));
    expect(error).toMatchObject({ code: 'invalid-response', sent: 'yes' });
    expect(error.message).toContain(message);
    await server.noSockets();
  });
});

describe('errors of the connection', () => {
  it('an answer whose headers contradict each other', async () => {
    await using server = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello');
      });
    });
    expect(await failureOf(echoProvider(server.url).stream(ask))).toMatchObject({ code: 'invalid-response' });
  });

  it.each(['content-length', 'transfer-encoding', 'expect', 'keep-alive'])(
    'a header that the client sets itself (%s) is refused before anything is sent',
    async (name) => {
      await using server = await localServer((_request, response) => response.end());
      const error = await failureOf(echoProvider(server.url).stream(ask, { headers: { [name]: '5' } }));
      expect(error).toMatchObject({ code: 'invalid-request', sent: 'no' });
      expect(server.requests).toHaveLength(0);
    },
  );

  it.each([
    ['refused', 'http://127.0.0.1:1', 'network', /refused.*ECONNREFUSED/],
    ['an unknown name', 'http://no-such-host.invalid', 'network', /DNS/],
    ['an address that is none', 'ftp://example.org', 'invalid-request', /baseURL/],
  ])('%s', async (_name, baseURL, code, message) => {
    const error = await failureOf(echoProvider(baseURL).stream(ask));
    expect(error).toMatchObject({ code, sent: 'no', provider: 'echo' });
    expect(error.message).toMatch(message);
  });

  it('garbage instead of HTTP', async () => {
    await using server = await rawServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await failureOf(echoProvider(server.url).stream(ask))).toMatchObject({ code: 'invalid-response' });
  });

  it('headers without end', async () => {
    await using server = await rawServer((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(64)}`),
    );
    expect(await failureOf(echoProvider(server.url).stream(ask))).toMatchObject({ code: 'invalid-response' });
  });

  it('a reset before any byte', async () => {
    await using server = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect(await failureOf(echoProvider(server.url).stream(ask))).toMatchObject({
      code: 'network',
      sent: 'maybe',
    });
  });

  it('a server that speaks no TLS', async () => {
    await using server = await rawServer((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
    );
    const error = await failureOf(echoProvider(server.url.replace('http:', 'https:')).stream(ask));
    expect(error).toMatchObject({ code: 'network', sent: 'no' });
    expect(error.message).toContain('TLS');
  });

  it('a header that HTTP does not allow is refused before anything is sent', async () => {
    await using server = await localServer((_request, response) => response.end());
    const error = await failureOf(
      echoProvider(server.url).stream(ask, { headers: { 'x-bad': 'two\r\nx-injected: lines' } }),
    );
    expect(error).toMatchObject({ code: 'invalid-request', sent: 'no' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('a codec that refuses a response by its head', () => {
  it('fails the call and closes the socket', async () => {
    await using server = await localServer((_request, response) => response.write('data: never ended\n\n'));
    const refused = new ChatError('blocked', 'not like this', { sent: 'no' });
    const decode = (): never => {
      throw refused;
    };
    expect(await failureOf(echoProvider(server.url, { decode }).stream(ask))).toBe(refused);
    await server.noSockets();
  });
});

describe('stop sequences', () => {
  it('are applied on this side, exactly, and end the upstream', async () => {
    await using server = await localServer((_request, response) => {
      for (const piece of ['one ST', 'OP', ' two']) response.write(`data: ${piece}\n\n`);
    });
    const result = await complete(echoProvider(server.url), { ...ask, stop: 'STOP' });
    expect(result).toMatchObject({ text: 'one ', finishReason: 'stop' });
    expect(result.warnings).toMatchObject([{ code: 'emulated', feature: 'stop' }]);
    await server.noSockets();
  });
});
