import { type ChatRequest, complete } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { type Capture, captures, requestOf } from './captures.fixture.ts';
import { createFlowGpt } from './create-flowgpt.ts';
import type { FlowGptOptions } from './options.ts';
import { failureOf, type Received, replayServer } from './replay-server.fixture.ts';
import { signatureOf } from './signature.ts';

/** Something on the wire that is not as the original client had it, and why. */
interface Difference {
  /** The captures in which it is; `*` for all that sent something. */
  readonly captures: readonly string[] | '*';
  readonly where: string;
  readonly original: unknown;
  readonly ours: unknown;
  readonly because: string;
}

const originalSystem = "You are helpful assistant. Follow the user's instructions carefully.";
const originalGreeting = { role: 'assistant', content: 'Hello, how can I help you today?' };

/** The options with which only what is meant to differ differs. */
const likeTheOriginal: FlowGptOptions = { defaultSystem: originalSystem, greeting: originalGreeting.content };

/** Every difference to the captured requests, apart from the two texts that options bring back. */
const differences: readonly Difference[] = [
  {
    captures: '*',
    where: 'header te',
    original: 'trailers',
    ours: undefined,
    because: 'TE is a header of the connection and needs Connection: TE beside it (bug 17)',
  },
  {
    captures: ['b-extra-message-fields'],
    where: 'body history',
    original: [
      originalGreeting,
      { role: 'user', content: 'a', name: 'bob' },
      { role: 'tool', content: 'r', tool_call_id: '1' },
      { role: 'developer', content: 'dev' },
    ],
    ours: [originalGreeting, { role: 'user', content: 'a' }],
    because: 'only role and content go into the history (bug 15); tool messages are refused, see `refused`',
  },
  {
    captures: ['b-extra-message-fields'],
    where: 'body system',
    original: originalSystem,
    ours: 'dev',
    because: 'a developer message is a system message by another name, and FlowGPT has no such role',
  },
  {
    captures: ['b-multipart-content'],
    where: 'body question',
    original: [
      { type: 'text', text: 'part one ' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'text', text: 'part two' },
    ],
    ours: 'part one part two',
    because: 'the question is a text (bug 15); images are refused, see `refused`',
  },
  {
    captures: ['e-temperature-none'],
    where: 'body temperature',
    original: null,
    ours: 0.7,
    because: 'no temperature means the default one; there is no way to say null',
  },
];

/** Calls that the original sent and that are refused here, and what is left out to compare the rest. */
const refused: {
  readonly [name: string]: { readonly feature: string; readonly but: (r: ChatRequest) => ChatRequest };
} = {
  'b-extra-message-fields': {
    feature: 'tools',
    but: (request) => ({ ...request, messages: request.messages.filter(({ role }) => role !== 'tool') }),
  },
  'b-multipart-content': {
    feature: 'images',
    but: (request) => ({
      ...request,
      messages: request.messages.map((message) => ({
        ...message,
        content:
          typeof message.content === 'string'
            ? message.content
            : message.content.filter(({ type }) => type === 'text'),
      })),
    }),
  },
};

/** New in every call; compared by their shape. */
const volatile: { readonly [name: string]: RegExp } = {
  'x-flow-device-id': /^f-[a-z0-9]{19}$/,
  'x-nonce': /^[0-9a-f]{32}$/,
  'x-signature': /^[0-9a-f]{32}$/,
  'x-timestamp': /^\d{10}$/,
};

/** Set by whatever HTTP library there is. */
const ofTheLibrary = new Set(['host', 'content-length']);

function captureOf(name: string): Capture {
  return captures.find((one) => one.case === name) as Capture;
}

const sent = captures.filter(({ requests }) => requests.length > 0);
const unsent = captures.filter(({ requests }) => requests.length === 0);

interface Replayed {
  readonly received: readonly Received[];
  readonly chunks: readonly string[];
}

/** Runs a captured call against a server that replays its reply, chunk by chunk. */
async function replay(
  capture: Capture,
  request: ChatRequest,
  options: FlowGptOptions = {},
): Promise<Replayed> {
  const {
    status = 500,
    headers = [],
    chunks = [],
  } = (capture.requests[0] ?? sent[0]?.requests[0])?.reply ?? {};
  await using server = await replayServer(async (response) => {
    response.writeHead(status, Object.fromEntries(headers));
    for (const { text } of chunks) await new Promise<void>((done) => response.write(text, () => done()));
    response.end();
  });
  const provider = createFlowGpt({ baseURL: server.url, ...options });
  try {
    const stream = await provider.stream(request);
    const said: string[] = [];
    for await (const text of stream.textStream) said.push(text);
    return { received: server.received, chunks: said };
  } finally {
    await provider.close();
  }
}

/** Where two requests differ: `[where, original, ours]`. */
function compare(capture: Capture, ours: Received): readonly (readonly [string, unknown, unknown])[] {
  const original = capture.requests[0] as Capture['requests'][number];
  const headers = Object.fromEntries(original.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const body = JSON.parse(ours.body) as { [name: string]: unknown };
  const rows = [
    ['method', original.method, ours.method],
    ['target', original.target, ours.target],
    ['order of the body', Object.keys(original.body_json), Object.keys(body)],
    ...[...new Set([...Object.keys(headers), ...Object.keys(ours.headers)])]
      .filter((name) => !ofTheLibrary.has(name) && !(name in volatile))
      .map((name) => [`header ${name}`, headers[name], ours.headers[name]]),
    ...[...new Set([...Object.keys(original.body_json), ...Object.keys(body)])].map((name) => [
      `body ${name}`,
      original.body_json[name],
      body[name],
    ]),
  ] as [string, unknown, unknown][];
  return rows.filter(([, before, after]) => JSON.stringify(before) !== JSON.stringify(after));
}

describe.each(sent)('capture $case: $title', (capture) => {
  const request = refused[capture.case]?.but(requestOf(capture)) ?? requestOf(capture);

  it('goes out as it did, but for the differences that are listed', async () => {
    const { received } = await replay(capture, request, likeTheOriginal);
    const listed = differences
      .filter((row) => row.captures === '*' || row.captures.includes(capture.case))
      .map(({ where, original, ours }) => [where, original, ours]);
    expect(received).toHaveLength(1);
    expect(compare(capture, received[0] as Received)).toEqual(listed);
  });

  it('has the four signed headers in the captured shape', async () => {
    const { received } = await replay(capture, request);
    const { headers } = received[0] as Received;
    for (const [name, shape] of Object.entries(volatile)) expect(headers[name]).toMatch(shape);
    expect(headers['x-signature']).toBe(
      signatureOf({
        timestampSeconds: Number(headers['x-timestamp']),
        nonce: String(headers['x-nonce']),
        authorization: String(headers.authorization),
      }),
    );
  });

  it('comes back as the same pieces of text', async () => {
    expect((await replay(capture, request)).chunks).toEqual(capture.result.chunks);
  });
});

describe('what the original sent and FlowGPT has no place for', () => {
  it.each(Object.entries(refused))('%s is refused, and nothing is sent', async (name, { feature }) => {
    await using server = await replayServer((response) => response.end());
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(provider.stream(requestOf(captureOf(name))))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(feature),
    });
    expect(server.received).toHaveLength(0);
    await provider.close();
  });
});

describe('what the original refused or broke on', () => {
  /** What becomes of it here. */
  const outcomes: { readonly [name: string]: string } = {
    'd-model-case-sensitive': 'flowgpt has no model "mixtral-8x7b"; did you mean Mixtral-8x7B?',
    'd-model-gpt-4': 'flowgpt has no model "gpt-4"; did you mean gpt-4-turbo?',
    'd-model-unknown': `flowgpt has no model "no-such-model"; it has gpt-3.5-turbo, gpt-3.5-long`,
  };

  it('is all of it looked at', () => {
    expect(unsent.map((capture) => capture.case).sort()).toEqual(
      [...Object.keys(outcomes), 'b-multipart-system'].sort(),
    );
  });

  it.each(Object.entries(outcomes))('%s is model-not-found, and nothing is sent', async (name, message) => {
    const capture = captureOf(name);
    await using server = await replayServer((response) => response.end());
    const provider = createFlowGpt({ baseURL: server.url });
    expect(await failureOf(provider.stream(requestOf(capture)))).toMatchObject({
      code: 'model-not-found',
      message: expect.stringContaining(message),
    });
    expect(server.received).toHaveLength(0);
    await provider.close();
  });

  it('a system message in parts, on which the original crashed, is sent as text', async () => {
    const capture = captureOf('b-multipart-system');
    const { received } = await replay(capture, requestOf(capture));
    expect(JSON.parse((received[0] as Received).body)).toMatchObject({ system: 'S', question: 'u' });
  });
});

describe('what goes out without options', () => {
  const single = captureOf('a-single');

  it('has no greeting, and a system text of our own', async () => {
    const { received } = await replay(single, requestOf(single));
    const { history, system } = JSON.parse((received[0] as Received).body) as {
      history: unknown;
      system: string;
    };
    expect(history).toEqual([]);
    expect(system).not.toBe('');
    expect(system).not.toBe(originalSystem);
  });

  it('is signed as the worked example when time and randomness are those of the example', async () => {
    const example = captureOf('a-signature-fixed');
    const nonce = Buffer.from('0123456789abcdef0123456789abcdef', 'hex');
    const { received } = await replay(example, requestOf(example), {
      now: () => 1_700_000_000_900,
      randomBytes: (size) =>
        size === nonce.length
          ? nonce
          : Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 26, 27, 28, 29, 30, 31, 32, 33, 34]),
    });
    const wanted = Object.fromEntries(
      example.requests[0]?.headers.map(([name, value]) => [name.toLowerCase(), value]) ?? [],
    );
    const { headers } = received[0] as Received;
    for (const name of ['x-nonce', 'x-signature', 'x-timestamp']) expect(headers[name]).toBe(wanted[name]);
    expect(headers['x-flow-device-id']).toBe('f-abcdefghij012345678');
    expect(headers['x-flow-device-id']).toBe(wanted['x-flow-device-id']);
  });

  it('is reported where a parameter does not reach the wire', async () => {
    const capture = captureOf('e-kwargs-ignored');
    await using server = await replayServer((response) => response.end('{"event":"text","data":"a"}\n'));
    const provider = createFlowGpt({ baseURL: server.url });
    const { warnings } = await complete(provider, requestOf(capture));
    expect(warnings.map(({ code, feature }) => [code, feature])).toEqual([
      ['unsupported-parameter', 'topP'],
      ['unsupported-parameter', 'maxOutputTokens'],
      ['unsupported-parameter', 'presencePenalty'],
    ]);
    await provider.close();
  });
});
