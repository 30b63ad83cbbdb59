import type { ServerResponse } from 'node:http';
import { ChatError, type ChatRequest, type ChatStream } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { createYlokh, type YlokhOptions } from './create-ylokh.ts';
import { type Received, replayServer, writeChunks } from './replay-server.fixture.ts';

const ask: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] };

interface Outcome {
  readonly text: string;
  readonly error: ChatError | undefined;
  readonly received: readonly Received[];
}

/** Asks a server that replies so. */
async function outcome(
  reply: (response: ServerResponse) => unknown,
  options: YlokhOptions = {},
  request: ChatRequest = ask,
): Promise<Outcome> {
  await using server = await replayServer(reply);
  const provider = createYlokh({ baseURL: server.baseURL, ...options });
  let text = '';
  try {
    const stream: ChatStream = await provider.stream(request);
    for await (const piece of stream.textStream) text += piece;
    return { text, error: undefined, received: server.received };
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    return { text, error, received: server.received };
  } finally {
    await provider.close();
  }
}

/** Replies with these chunks of an event stream. */
function streaming(...chunks: readonly (string | Uint8Array)[]) {
  return (response: ServerResponse): Promise<void> => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return writeChunks(response, chunks);
  };
}

function event(message: unknown): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}

function say(content: string, index = 0): string {
  return event({ choices: [{ index, delta: { content }, finish_reason: null }] });
}

const end = `${event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`;

describe('bug 10 of the original: only one spelling of the stream was read', () => {
  test('data: without a space is read', async () => {
    const body = (say('Hel') + say('lo') + end).replaceAll('data: ', 'data:');
    expect(await outcome(streaming(body))).toMatchObject({ text: 'Hello', error: undefined });
  });

  test.each([
    ['empty choices', { choices: [], usage: { total_tokens: 3 } }],
    ['no delta', { choices: [{ index: 0, finish_reason: null }] }],
    ['a null delta', { choices: [{ index: 0, delta: null, finish_reason: null }] }],
  ])('a message with %s is passed over', async (_what, message) => {
    const reply = streaming(event(message), say('Hel'), event(message), say('lo'), end);
    expect(await outcome(reply)).toMatchObject({ text: 'Hello', error: undefined });
  });

  test('an error in the stream is thrown with what the server said, after the text before it', async () => {
    const { text, error } = await outcome(
      streaming(say('Hel'), event({ error: { message: 'out of tokens' } })),
    );
    expect(text).toBe('Hel');
    expect(error).toMatchObject({ code: 'server-error', partial: { text: 'Hel' } });
    expect(error?.message).toContain('out of tokens');
  });

  test('two choices are not mixed into one answer', async () => {
    const reply = streaming(say('Hel'), say('Bon', 1), say('lo'), say('jour', 1), end);
    expect((await outcome(reply)).text).toBe('Hello');
  });

  test('a stream without its end is no success', async () => {
    expect((await outcome(streaming(say('Hel')))).error).toMatchObject({
      code: 'truncated',
      partial: { text: 'Hel' },
    });
  });
});

describe('bug 11 of the original: JSON in answer to a streamed request was a silent empty answer', () => {
  test.each(['application/json', 'text/plain', 'text/event-stream'])('it is read, as %s', async (type) => {
    const reply = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': type });
      response.end('{"choices":[{"message":{"role":"assistant","content":"Hello"},"finish_reason":"stop"}]}');
    };
    expect(await outcome(reply)).toMatchObject({ text: 'Hello', error: undefined });
  });

  test('an answer that says nothing is an error, not an empty success', async () => {
    expect((await outcome(streaming(end))).error?.code).toBe('empty-response');
  });
});

describe('bug 12 of the original: the reasons of refusals were lost, and healthy streams were cut', () => {
  test.each([
    [401, 'auth'],
    [402, 'payment-required'],
    [403, 'auth'],
    [429, 'rate-limited'],
    [503, 'overloaded'],
  ])('%i is %s, with the words of the server and the time to wait', async (status, code) => {
    const { error } = await outcome((response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '7' });
      response.end('{"error":{"message":"come back later","type":"t"}}');
    });
    expect(error).toMatchObject({ code, status, retryAfterMs: 7_000, provider: 'ylokh' });
    expect(error?.message).toContain('come back later');
  });

  test('an empty list of messages is refused before anything is sent', async () => {
    const { error, received } = await outcome(streaming(end), {}, { messages: [] });
    expect(error).toMatchObject({ code: 'invalid-request', sent: 'no' });
    expect(received).toEqual([]);
  });

  test('a stream that goes on lives longer than the limit on silence', async () => {
    const idle = 400;
    const { text, error } = await outcome(
      async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        // The passing of time is what this is about: 600 ms in steps of 20.
        for (let step = 0; step < 30; step += 1) {
          response.write(say('.'));
          await new Promise((done) => setTimeout(done, 20));
        }
        response.end(end);
      },
      { timeout: { idle } },
    );
    expect([text, error]).toEqual(['.'.repeat(30), undefined]);
  });

  test('a stream that falls silent ends with a message that says so', async () => {
    const { text, error } = await outcome(
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(say('Hel'));
      },
      { timeout: { idle: 30 } },
    );
    expect(text).toBe('Hel');
    expect(error).toMatchObject({ code: 'idle-timeout', partial: { text: 'Hel' } });
    expect(error?.message).toContain('nothing arrived for 30 ms');
  });
});

describe('bug 19 of the original: long lines, redirects, and errors of other libraries', () => {
  test('a line of more than 128 KiB is read', async () => {
    const long = 'x'.repeat(200_000);
    expect((await outcome(streaming(say(long), end))).text).toBe(long);
  });

  test('a limit on the whole call has a message', async () => {
    const { error } = await outcome(() => {}, { timeout: 30 });
    expect(error).toMatchObject({ code: 'deadline-exceeded' });
    expect(error?.message).toContain('30 ms');
  });

  test('a redirect does not turn the question into a GET, and takes no key elsewhere', async () => {
    await using elsewhere = await replayServer(streaming(say('Hello'), end));
    const { error } = await outcome(
      (response) => {
        response.writeHead(302, { location: `${elsewhere.baseURL}/chat/completions` });
        response.end();
      },
      { apiKey: 'key-1234' },
    );
    expect(error).toMatchObject({ code: 'invalid-response', status: 302 });
    expect(elsewhere.received).toEqual([]);
  });

  test.each([
    ['broken JSON', streaming('data: {"choices":[}\n\n'), 'invalid-response'],
    [
      'a page',
      (response: ServerResponse) => response.end('<!doctype html><title>Hi</title>'),
      'invalid-response',
    ],
    ['a dropped connection', (response: ServerResponse) => response.destroy(), 'network'],
    ['bytes that are no UTF-8', streaming(Buffer.from(say('\xff'), 'latin1'), end), undefined],
  ])('%s is an error of this library, or none', async (_what, reply, code) => {
    expect((await outcome(reply)).error?.code).toBe(code);
  });
});
