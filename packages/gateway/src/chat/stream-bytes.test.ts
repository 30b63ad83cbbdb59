import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ChatEvent } from '@sluice/core';
import { expect, test } from 'vitest';
import { hello, scriptedProvider, startTestGateway, type TestGateway } from '../gateway.fixture.ts';

/** A gateway before a provider that says exactly this, then fails if `failure` is given. */
function saying(events: readonly ChatEvent[], failure?: Error): Promise<TestGateway> {
  return startTestGateway({
    providers: () => [
      scriptedProvider('main', () => {
        let step = 0;
        return {
          pull(into) {
            step += 1;
            if (step === 1) into.push(...events);
            else if (failure) throw failure;
            return step === 1;
          },
          close() {},
        };
      }),
    ],
  });
}

const finish: ChatEvent = { type: 'finish', reason: 'stop', usage: { inputTokens: 3, outputTokens: 2 } };

async function streamed(gateway: TestGateway, body: object = {}): Promise<string> {
  const response = await gateway.post({ ...hello, stream: true, ...body });
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  return response.text();
}

/** The stream with what differs from run to run taken out. */
function evened(text: string): string {
  return text.replace(/"id":"chatcmpl-[\w-]+"/g, '"id":"ID"').replace(/"created":\d+/g, '"created":0');
}

test('a stream is what the reference documents, byte for byte', async () => {
  await using gateway = await saying([
    { type: 'text-delta', text: 'Hé "you"\n' },
    { type: 'text-delta', text: '\u2028😀' },
    finish,
  ]);
  const head = 'data: {"id":"ID","object":"chat.completion.chunk","created":0,"model":"main","choices":[';
  const open = ',"logprobs":null,"finish_reason":null}]}\n\n';
  expect(evened(await streamed(gateway))).toBe(
    [
      `${head}{"index":0,"delta":{"role":"assistant","content":"","refusal":null}${open}`,
      `${head}{"index":0,"delta":{"content":"Hé \\"you\\"\\n"}${open}`,
      `${head}{"index":0,"delta":{"content":"\\u2028😀"}${open}`,
      `${head}{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n`,
      'data: [DONE]\n\n',
    ].join(''),
  );
});

test('usage comes in a chunk of its own before the end, and only if it was asked for', async () => {
  await using gateway = await saying([{ type: 'text-delta', text: 'Hi' }, finish]);
  const text = evened(await streamed(gateway, { stream_options: { include_usage: true } }));
  const chunks = text.trim().split('\n\n');
  expect(chunks.slice(0, -2).every((chunk) => chunk.endsWith(',"usage":null}'))).toBe(true);
  expect(chunks.at(-2)).toContain(
    '"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}',
  );
  expect(chunks.at(-1)).toBe('data: [DONE]');
  expect(await streamed(gateway)).not.toContain('usage');
});

test('events that are already there go out in one write, the head and the end with them', async () => {
  const words = Array.from(
    { length: 200 },
    (_, index): ChatEvent => ({ type: 'text-delta', text: `w${index} ` }),
  );
  await using gateway = await saying([...words, finish]);
  let writes = 0;
  gateway.app.server.on('request', (_request, out) => {
    const { socket } = out;
    if (!socket) return;
    const write = socket._write.bind(socket);
    const writev = socket._writev?.bind(socket);
    socket._write = (...all) => {
      writes += 1;
      write(...all);
    };
    socket._writev = (...all) => {
      writes += 1;
      writev?.(...all);
    };
  });
  const text = await streamed(gateway);
  expect(text.match(/"content":"w/g)).toHaveLength(200);
  expect(writes).toBe(1);
});

test('a tool call without fragments, and one whose id comes late, are told once and from the first entry on', async () => {
  await using gateway = await saying([
    { type: 'tool-call-delta', index: 0, argumentsDelta: '{"a"' },
    { type: 'tool-call-delta', index: 0, id: 'one', name: 'first', argumentsDelta: ':1' },
    { type: 'tool-call-delta', index: 0, argumentsDelta: '}' },
    { type: 'tool-call', id: 'one', name: 'first', arguments: '{"a":1}' },
    { type: 'tool-call', id: 'two', name: 'second', arguments: '{}' },
    { type: 'finish', reason: 'tool-calls' },
  ]);
  const text = await streamed(gateway);
  const calls = text
    .split('\n\n')
    .flatMap((line) =>
      line.includes('tool_calls":[')
        ? (JSON.parse(line.slice(6)) as { choices: [{ delta: { tool_calls: object[] } }] }).choices[0].delta
            .tool_calls
        : [],
    );
  expect(calls).toEqual([
    { index: 0, id: 'one', type: 'function', function: { name: 'first', arguments: '{"a":1' } },
    { index: 0, function: { arguments: '}' } },
    { index: 1, id: 'two', type: 'function', function: { name: 'second', arguments: '{}' } },
  ]);
  expect(text).toContain('"finish_reason":"tool_calls"');
});

test('after the answer has begun a failure is an error event, with no [DONE]', async () => {
  await using gateway = await saying(
    [{ type: 'text-delta', text: 'half an ans' }],
    new Error('a secret inside'),
  );
  const text = await streamed(gateway);
  expect(text).toContain('half an ans');
  expect(text).not.toContain('[DONE]');
  expect(text).not.toContain('finish_reason":"');
  expect(text).not.toContain('a secret inside');
  // The place where it happened is in the log, its words are not.
  expect(gateway.log.join('')).toContain('stream-bytes.test.ts');
  expect(gateway.log.join('')).not.toContain('a secret inside');
  expect(JSON.parse(text.trim().split('\n\n').at(-1)?.slice(6) ?? '')).toEqual({
    error: {
      message: 'an unexpected error in the gateway',
      type: 'server_error',
      param: null,
      code: 'internal_error',
    },
  });
});

test('a request on the connection of an answer that failed in the middle is answered, too', async () => {
  await using gateway = await saying(
    [{ type: 'text-delta', text: 'half an ans' }],
    new Error('a secret inside'),
  );
  const body = JSON.stringify({ ...hello, stream: true });
  const request = `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  let got = '';
  let ends = 0;
  socket.write(request);
  for await (const chunk of socket) {
    got += chunk;
    const seen = got.split('\r\n0\r\n\r\n').length - 1;
    if (seen === ends) continue;
    ends = seen;
    if (ends === 1) socket.write(request);
    else socket.end();
  }
  expect(got.match(/^HTTP\/1\.1 200 OK/gm)).toHaveLength(2);
});

test('nothing is written before the answer has begun', async () => {
  const { promise: answer, resolve } = Promise.withResolvers<void>();
  let asked = (): void => {};
  const isAsked = new Promise<void>((done) => {
    asked = done;
  });
  await using gateway = await startTestGateway({
    providers: () => [
      scriptedProvider('main', () => ({
        async pull(into) {
          asked();
          await answer;
          into.push({ type: 'text-delta', text: 'Hi' }, finish);
          return true;
        },
        close() {},
      })),
    ],
  });
  let hasHead = false;
  const response = gateway.post({ ...hello, stream: true }).then((head) => {
    hasHead = true;
    return head;
  });
  await isAsked;
  // Long enough for a head to cross loopback, if one had been written.
  await wait(30);
  expect(hasHead).toBe(false);
  resolve();
  expect(await (await response).text()).toContain('[DONE]');
});

test('an answer that begins again cannot be unsaid in a stream: it is an error there, and whole otherwise', async () => {
  await using gateway = await saying([
    { type: 'text-delta', text: 'void' },
    { type: 'warning', code: 'restarted', message: 'another upstream begins again' },
    { type: 'text-delta', text: 'good' },
    finish,
  ]);
  const text = await streamed(gateway);
  expect(text).toContain('upstream_truncated');
  expect(text).not.toContain('good');
  const whole = (await (await gateway.post(hello)).json()) as { choices: [{ message: { content: string } }] };
  expect(whole.choices[0].message.content).toBe('good');
});

test('what was asked for and not given is told in a header', async () => {
  await using gateway = await saying([
    { type: 'warning', code: 'unsupported-parameter', feature: 'topK', message: 'main has no topK' },
    { type: 'text-delta', text: 'Hi' },
    finish,
  ]);
  const response = await gateway.post({ ...hello, top_k: 3, stream: true });
  expect(response.headers.get('x-sluice-warnings')).toContain('unsupported-parameter topK');
  await response.text();
});
