import { once } from 'node:events';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { begin } from '../chat-ui/chat-ui-client.fixture.ts';
import type { EraName } from '../chat-ui/eras.ts';
import { createSandbox } from '../create-sandbox.ts';
import { signatureOf } from '../flowgpt/signature.ts';
import { createRandom } from '../random.ts';
import { postJson, type RawRequest, type RawResponse } from '../raw-client.fixture.ts';
import type { ReceivedRequest } from '../request-log.ts';
import type { Sandbox } from '../sandbox.ts';
import type { ServiceName } from '../service.ts';
import { type FaultParameter, faults } from './catalogue.ts';
import { parseFault } from './fault-request.ts';

let sandbox: Sandbox;
const random = createRandom('nonces');

beforeAll(async () => {
  sandbox = await createSandbox({ answerTokens: 20 });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

type Asked = Omit<RawRequest, 'headers' | 'body' | 'method'>;

function askOpenAI(asked: Asked = {}, fields: object = {}, headers = {}): Promise<RawResponse> {
  const body = { model: 'sandbox', stream: true, messages: [{ role: 'user', content: 'Hello' }], ...fields };
  return postJson(`${sandbox.urls.openai}/chat/completions`, body, headers, asked);
}

function askFlowGpt(asked: Asked = {}): Promise<RawResponse> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const nonce = random.hex(32);
  const headers = {
    authorization: 'Bearer null',
    'x-flow-device-id': 'f-pfg54vpnmcy4wu6lh5p',
    'x-nonce': nonce,
    'x-timestamp': timestamp,
    'x-signature': signatureOf(timestamp, nonce, 'Bearer null'),
  };
  const lists = { history: [], documentIds: [], chatFileDocumentIds: [] };
  const flags = { nsfw: false, generateImage: false, generateAudio: false };
  const texts = { model: 'gpt-3.5-turbo', question: 'Hello', system: '', promptId: 'model-gpt-3.5-turbo' };
  const body = { ...texts, ...lists, ...flags, temperature: 0.7 };
  return postJson(`${sandbox.urls.flowgpt}/v3/chat-anonymous`, body, headers, asked);
}

async function askChatUi(era: EraName, asked: Asked = {}): Promise<RawResponse> {
  const { client, id } = await begin(sandbox, era);
  return client.say(id, 'Hello', asked);
}

const ASK: Readonly<Partial<Record<ServiceName, (asked?: Asked) => Promise<RawResponse>>>> = {
  openai: askOpenAI,
  flowgpt: askFlowGpt,
  'h2o-a': (asked) => askChatUi('a', asked),
  'h2o-b': (asked) => askChatUi('b', { leaveAt: ' '.repeat(4096), ...asked }),
  'h2o-e': (asked) => askChatUi('e', asked),
};

/** Smaller than by default, so that every fault can be tried on every service. */
const SMALL: Readonly<Record<string, FaultParameter>> = {
  events: 300,
  everyMs: 2,
  bytes: 200_000,
  bodyBytes: 200_000,
};

function small(name: string): Readonly<Record<string, FaultParameter>> {
  const { parameters } = faults.find((row) => row.name === name) ?? { parameters: {} };
  const known = Object.entries(SMALL).filter(([key]) => key in parameters);
  // `events` means something else here: how many come in one chunk.
  return name === 'coalesced' ? {} : Object.fromEntries(known);
}

/** Faults that last until the client leaves. */
const LASTING = new Set(['never-answer', 'slow-headers', 'stall', 'keep-alive-forever', 'endless']);

const CASES = faults.flatMap(({ name, variants }) =>
  variants.map((variant) => ({ name, variant, label: `${name} ${JSON.stringify(variant)}` })),
);

function generated(request: ReceivedRequest): boolean {
  return request.status !== undefined && sandbox.activeGenerations === 0;
}

describe.each(Object.keys(ASK) as ServiceName[])('every fault at %s', (service) => {
  it.each(CASES)('$label strikes, and leaves nothing behind', async ({ name, variant }) => {
    sandbox.setFault(service, { name, parameters: { ...small(name), ...variant } });
    const leave = new AbortController();
    const answering = ASK[service]?.({ signal: leave.signal }).then(
      (answer) => answer.ended,
      () => 'no answer',
    );
    const request = await sandbox.waitForRequest({ service, phase: 'message' });
    // Below HTTP no status is ever sent. Era B never ends by itself, whatever it has sent.
    const headless = name === 'never-answer' || name === 'slow-headers';
    if (LASTING.has(name)) await sandbox.waitUntil(() => headless || request.status !== undefined);
    else if (service === 'h2o-b') {
      await sandbox.waitUntil(() => request.endedBy !== undefined || generated(request));
    } else await answering;
    leave.abort();
    await answering;
    await sandbox.waitForIdle();
    await sandbox.waitUntil(() => sandbox.activeGenerations === 0 && sandbox.openSockets === 0);
    expect(request.fault).toBe(name);
    expect(request.endedBy).toBe(
      LASTING.has(name) || request.service === 'h2o-b' ? request.endedBy : 'server',
    );
  });
});

function textOf(answer: RawResponse): string {
  return [...answer.text.matchAll(/"content":"((?:[^"\\]|\\.)*)"/gu)]
    .map(([, text]) => JSON.parse(`"${text}"`))
    .join('');
}

describe('faults of the head', () => {
  it('reset the connection before a byte', async () => {
    sandbox.setFault('openai', 'reset-before-headers');
    await expect(askOpenAI()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('send it byte by byte, without an end', async () => {
    sandbox.setFault('openai', { name: 'slow-headers', parameters: { everyMs: 1 } });
    const socket = connect(Number(new URL(sandbox.urls.openai).port), '127.0.0.1');
    socket.write('POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}');
    let text = '';
    while (text.length < 30) text += String((await once(socket, 'data'))[0]);
    expect(text.startsWith('HTTP/1.1 200 OK\r\ncontent-type:')).toBe(true);
    expect(text).not.toContain('\r\n\r\n');
    socket.destroy();
  });

  it('make it larger than clients take', async () => {
    sandbox.setFault('openai', 'huge-headers');
    await expect(askOpenAI()).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
  });

  it('send something that is not HTTP', async () => {
    sandbox.setFault('openai', 'garbage');
    await expect(askOpenAI()).rejects.toMatchObject({ code: expect.stringMatching(/^HPE_/u) });
  });
});

describe('faults that are a status', () => {
  it('have the error body of the service, or a page, or nothing, or too much', async () => {
    sandbox.setFault('openai', 'status-401');
    expect(JSON.parse((await askOpenAI()).text).error).toMatchObject({ code: 'invalid_api_key' });
    sandbox.setFault('h2o', 'status-500');
    expect(JSON.parse((await askChatUi('a')).text)).toHaveProperty('error_type');
    expect(JSON.parse((await askChatUi('e')).text)).toHaveProperty('message');
    sandbox.setFault('openai', parseFault('status-502; body=html'));
    expect(await askOpenAI()).toMatchObject({ status: 502, headers: { 'content-type': 'text/html' } });
    sandbox.setFault('openai', parseFault('status-504; body=empty'));
    expect(await askOpenAI()).toMatchObject({ status: 504, text: '' });
    sandbox.setFault('openai', parseFault('status-400; body=huge'));
    expect((await askOpenAI()).body.length).toBeGreaterThan(10 * 1024 * 1024);
  });

  it.each([
    ['seconds', 'retry-after', /^2$/u],
    ['date', 'retry-after', /GMT$/u],
    ['ms', 'retry-after-ms', /^2000$/u],
    ['reset', 'x-ratelimit-reset-requests', /^2s$/u],
    ['absurd', 'retry-after', /^99999999999$/u],
  ])('say when to come again: %s', async (form, header, value) => {
    sandbox.setFault('openai', parseFault(`status-429; retryAfter=${form}`));
    const answer = await askOpenAI();
    expect(answer.status).toBe(429);
    expect(answer.headers[header]).toMatch(value);
  });
});

describe('redirects', () => {
  it('lead to another origin, which logs what it gets', async () => {
    sandbox.setFault('openai', 'redirect-302');
    const answer = await askOpenAI();
    expect(answer.status).toBe(302);
    expect(new URL(answer.headers.location ?? '').origin).toBe(sandbox.urls.elsewhere);
    await postJson(String(answer.headers.location), {}, { authorization: 'Bearer leaked' });
    expect(sandbox.requestsTo({ service: 'elsewhere' })[0]?.headers.authorization).toBe('Bearer leaked');
  });

  it('lead in a circle, or inward', async () => {
    sandbox.setFault('openai', 'redirect-loop');
    expect((await askOpenAI()).headers.location).toBe('/v1/chat/completions');
    sandbox.setFault('openai', 'redirect-inward');
    expect((await askOpenAI()).headers.location).toBe('file:///etc/passwd');
  });
});

describe('a wrong 200', () => {
  it('is an error as JSON, an error event, a page, or nothing', async () => {
    sandbox.setFault('openai', 'error-as-json');
    expect(JSON.parse((await askOpenAI()).text)).toHaveProperty('error');
    sandbox.setFault('*', 'error-first');
    expect((await askOpenAI()).text).toMatch(/^data: \{"error"/u);
    expect((await askFlowGpt()).text).toMatch(/^\{"event":"error"/u);
    expect((await askChatUi('a')).text).toMatch(/^data:\{"error":"[^"]*","error_type":"generation"\}/u);
    expect((await ASK['h2o-b']?.())?.text).toMatch(
      /^\{"type":"status","status":"error".*\n\{"type":"finalAnswer","text":"Hello"\}/u,
    );
    expect((await askChatUi('e')).text).toMatch(
      /^\{"type":"status","status":"error","message":"500 .*","statusCode":500\}\n$/u,
    );
    sandbox.setFault('openai', 'challenge-page');
    expect((await askOpenAI()).headers).toMatchObject({ 'cf-mitigated': 'challenge' });
    sandbox.setFault('openai', 'empty-body');
    expect(await askOpenAI()).toMatchObject({ status: 200, text: '', ended: 'end' });
    sandbox.setFault('openai', parseFault('blank-body; of=comments'));
    expect((await askOpenAI()).text.replace(/^:.*$/gmu, '').trim()).toBe('');
  });

  it('says nothing in the way of each protocol', async () => {
    sandbox.setFault('*', 'only-finish');
    expect(textOf(await askOpenAI())).toBe('');
    expect((await askChatUi('a')).text).toContain('"special":true},"generated_text":""');
    expect((await ASK['h2o-b']?.())?.text).toContain('{"type":"finalAnswer","text":"Hello"}');
    expect((await askChatUi('e')).text).toContain('No output was generated');
    expect((await askFlowGpt()).text).not.toContain('"event":"text"');
  });

  it('has the wrong type, none, or no stream', async () => {
    sandbox.setFault('*', 'content-type');
    expect((await askOpenAI()).headers).not.toHaveProperty('content-type');
    expect((await askChatUi('e')).headers).not.toHaveProperty('content-type');
    sandbox.setFault('*', 'json-not-stream');
    expect(JSON.parse((await askOpenAI()).text).object).toBe('chat.completion');
    expect(JSON.parse((await askChatUi('a')).text)).toHaveLength(1);
  });
});

describe('framing', () => {
  it('of one byte a chunk changes no byte', async () => {
    const plain = await askOpenAI();
    sandbox.setFault('openai', 'byte-chunks');
    const answer = await askOpenAI();
    expect(textOf(answer)).toBe(textOf(plain));
    expect(answer.chunks.every((chunk) => chunk.length === 1)).toBe(true);
  });

  it.each([
    ['cr', /\r\r/u, /\n/u],
    ['crlf', /\r\n\r\n/u, /[^\r]\n/u],
  ])('has line ends of %s', async (eol, has, hasNot) => {
    sandbox.setFault('openai', parseFault(`line-ends; eol=${eol}`));
    const { text } = await askOpenAI();
    expect(text).toMatch(has);
    expect(text).not.toMatch(hasNot);
  });

  it('splits between CR and LF, and inside characters', async () => {
    sandbox.setFault('openai', parseFault('line-ends; eol=crlf-split'));
    expect((await askOpenAI()).chunks.some((chunk) => chunk.at(0) === 0x0a)).toBe(true);
    sandbox.setFault('openai', 'split-characters');
    const answer = await askOpenAI();
    expect(answer.chunks.some((chunk) => ((chunk.at(0) ?? 0) & 0xc0) === 0x80)).toBe(true);
    expect(textOf(answer)).toContain('👩‍💻');
    expect(textOf(answer)).toBe(sandbox.requests.at(-1)?.answer);
  });

  it('splits surrogate pairs over events', async () => {
    sandbox.setFault('openai', 'split-surrogates');
    const answer = await askOpenAI();
    expect(answer.text).toMatch(/"content":"[^"]*\\ud83e"/u);
    expect(textOf(answer)).toBe(sandbox.requests.at(-1)?.answer);
  });

  it('begins with a byte order mark, or lacks the last line end', async () => {
    sandbox.setFault('openai', 'byte-order-mark');
    expect([...(await askOpenAI()).body.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    sandbox.setFault('*', 'no-last-newline');
    expect((await askOpenAI()).text.endsWith('data: [DONE]')).toBe(true);
    expect((await askChatUi('e')).text.endsWith('"finished"}')).toBe(true);
  });

  it('has the other form of data lines, or several of them', async () => {
    sandbox.setFault('*', 'data-space');
    expect((await askOpenAI()).text).toMatch(/^data:\{/u);
    expect((await askChatUi('a')).text).toMatch(/^data: \{/u);
    sandbox.setFault('*', 'multi-line-data');
    const [event = ''] = (await askOpenAI()).text.split('\n\n');
    const lines = event.split('\n');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.every((line) => line.startsWith('data: '))).toBe(true);
    expect(JSON.parse(lines.map((line) => line.slice(6)).join('\n'))).toHaveProperty('choices');
  });

  it('has comments between, or several events in a chunk', async () => {
    sandbox.setFault('*', 'comments');
    expect((await askOpenAI()).text.match(/^: a comment/gmu)?.length).toBeGreaterThan(20);
    expect((await askChatUi('e')).text.match(/keepAlive/gu)?.length).toBeGreaterThan(20);
    sandbox.setFault('openai', 'coalesced');
    const { chunks } = await askOpenAI();
    expect(chunks[0]?.toString().match(/^data:/gmu)).toHaveLength(5);
  });

  it('has a line of 10 MiB, bytes that are no UTF-8, or NULs', async () => {
    sandbox.setFault('openai', 'long-line');
    const longest = Math.max(...(await askOpenAI()).text.split('\n').map((line) => line.length));
    expect(longest).toBeGreaterThan(10 * 1024 * 1024);
    sandbox.setFault('openai', 'invalid-utf8');
    const answer = await askOpenAI();
    expect(answer.body.includes(0xff)).toBe(true);
    expect(textOf(answer)).toBe(sandbox.requests.at(-1)?.answer);
    sandbox.setFault('openai', 'nul-padding');
    expect((await askOpenAI()).text).toContain('"content":"I\\u0000\\u0000');
  });
});

describe('faults in mid-stream', () => {
  it('come after so many events', async () => {
    sandbox.setFault('openai', parseFault('clean-close; after=2'));
    expect(textOf(await askOpenAI())).toBe('I am');
    sandbox.setFault('openai', parseFault('reset; after=2'));
    const cut = await askOpenAI();
    expect([cut.ended, textOf(cut)]).toEqual(['cut', 'I am']);
  });

  it('leave half of an answer that is not streamed', async () => {
    sandbox.setFault('openai', 'clean-close');
    const closed = await askOpenAI({}, { stream: false });
    expect(closed.ended).toBe('end');
    expect(() => JSON.parse(closed.text)).toThrow(SyntaxError);
    sandbox.setFault('openai', 'reset');
    expect((await askOpenAI({}, { stream: false })).ended).toBe('cut');
  });

  it('stall, or send keep-alives for ever, until the client leaves', async () => {
    for (const fault of ['stall', 'keep-alive-forever; everyMs=1']) {
      sandbox.setFault('openai', parseFault(fault));
      const answer = await askOpenAI({
        leaveAt: fault === 'stall' ? ' the' : ': keep-alive\n\n: keep-alive',
      });
      expect(answer.ended).toBe('left');
      expect(await sandbox.requests.at(-1)?.ended).toBe('client');
    }
  });

  it('tell an error in the stream, and end it', async () => {
    sandbox.setFault('*', 'error-event');
    expect((await askOpenAI()).text).toMatch(/"content":" the".*\n\ndata: \{"error".*\n\n$/u);
    expect((await askChatUi('e')).text).toMatch(/"status":"error".*\n$/u);
  });

  it('break one event, finish twice, or go on after the end', async () => {
    sandbox.setFault('openai', 'malformed-json');
    expect((await askOpenAI()).text).toMatch(/data: \{"broken": \[\n\n.*data: \[DONE\]/su);
    sandbox.setFault('*', 'second-finish');
    expect((await askOpenAI()).text.match(/"finish_reason":"stop"/gu)).toHaveLength(2);
    expect((await askFlowGpt()).text.match(/"event":"end"/gu)).toHaveLength(2);
    expect((await askChatUi('a')).text.match(/"special":true/gu)).toHaveLength(2);
    sandbox.setFault('*', 'text-after-end');
    expect((await askOpenAI()).text).toMatch(/\[DONE\]\n\n.* after the end/su);
    expect((await askChatUi('e')).text).toMatch(/finished.*\n.* after the end/su);
  });
});

describe('faults of size', () => {
  it('send a great many events', async () => {
    sandbox.setFault('openai', parseFault('many-events; events=20000'));
    expect(textOf(await askOpenAI())).toBe(' tick'.repeat(20_000));
  });

  it('never end, in constant memory, and end with the client', async () => {
    sandbox.setFault('openai', 'endless');
    const answer = await askOpenAI({ leaveAfterChunks: 500 });
    expect(answer.ended).toBe('left');
    expect(await sandbox.requests.at(-1)?.ended).toBe('client');
  });

  it.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
  ] as const)('compress the body with %s, event by event', async (encoding, decompress) => {
    const plain = textOf(await askOpenAI());
    sandbox.setFault('openai', parseFault(`compressed; encoding=${encoding}`));
    const answer = await askOpenAI();
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(textOf({ ...answer, text: decompress(answer.body).toString() })).toBe(plain);
  });

  it('send a small body that unpacks to a large one', async () => {
    sandbox.setFault('openai', parseFault(`decompression-bomb; bytes=${32 * 1024 * 1024}`));
    const { body } = await askOpenAI();
    expect(body.length).toBeLessThan(1024 * 1024);
    expect(gunzipSync(body).length).toBeGreaterThanOrEqual(32 * 1024 * 1024);
  });
});

describe('a fault', () => {
  it('strikes as often as it was told, and where it was told', async () => {
    sandbox.setFault('openai', { name: 'status-503', times: 2 });
    const statuses = [await askOpenAI(), await askOpenAI(), await askOpenAI()].map(({ status }) => status);
    expect(statuses).toEqual([503, 503, 200]);
    sandbox.setFault({ service: 'h2o', phase: 'delete' }, 'status-500');
    const { client, id } = await begin(sandbox, 'e');
    expect((await client.say(id, 'Hello')).status).toBe(200);
    expect((await client.remove(id)).status).toBe(500);
    expect(sandbox.conversations).toHaveLength(1);
    sandbox.clearFaults();
    expect((await client.remove(id)).status).toBe(200);
  });

  it('can be asked for by one request alone', async () => {
    const answer = await askOpenAI({}, {}, { 'x-sandbox-fault': 'status-429; retryAfter=none' });
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, undefined]);
    expect((await askOpenAI()).status).toBe(200);
  });

  it('that does not exist is an error, not a success', async () => {
    expect(() => sandbox.setFault('openai', parseFault('stal'))).toThrow('No fault is named "stal"');
    expect(() => parseFault('stall; befor=3')).toThrow('no parameter "befor"');
    expect(() => parseFault('stall; after=soon')).toThrow('after must be a number');
    const answer = await askOpenAI({}, {}, { 'x-sandbox-fault': 'stal' });
    expect([answer.status, answer.text]).toEqual([
      400,
      'x-sandbox-fault: No fault is named "stal". See the table `faults`.',
    ]);
  });
});
