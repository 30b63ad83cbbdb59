import { ChatError, type ChatErrorCode, complete } from '@sluice/core';
import { createSandbox, type FaultName, type FaultRow, faults, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createOpenAICompatible } from './create-openai-compatible.ts';

/** What a caller gets: the answer as it was meant, or an error. */
type Outcome = 'the answer' | ChatErrorCode;

/** What becomes of each fault of the wire. Where a whole answer fares otherwise than a streamed one, it comes second. */
const outcomes: { readonly [Name in FaultName]?: Outcome | readonly [streamed: Outcome, whole: Outcome] } = {
  'never-answer': 'first-token-timeout',
  'reset-before-headers': 'network',
  'slow-headers': 'first-token-timeout',
  'huge-headers': 'invalid-response',
  garbage: 'invalid-response',

  'status-400': 'invalid-request',
  'status-401': 'auth',
  'status-402': 'payment-required',
  'status-403': 'auth',
  'status-404': 'model-not-found',
  'status-408': 'server-error',
  'status-409': 'server-error',
  'status-413': 'context-length',
  'status-422': 'invalid-request',
  'status-429': 'rate-limited',
  'status-500': 'server-error',
  'status-502': 'server-error',
  'status-503': 'overloaded',
  'status-504': 'server-error',
  'status-529': 'overloaded',

  'redirect-302': 'invalid-response',
  'redirect-307': 'invalid-response',
  'redirect-loop': 'invalid-response',
  'redirect-inward': 'invalid-response',

  'error-as-json': 'server-error',
  'error-first': 'server-error',
  'challenge-page': 'blocked',
  'empty-body': 'truncated',
  'blank-body': 'truncated',
  'only-finish': 'empty-response',
  'content-type': 'the answer',
  'json-not-stream': 'the answer',

  'byte-chunks': 'the answer',
  'line-ends': 'the answer',
  'byte-order-mark': 'the answer',
  'split-characters': 'the answer',
  'split-surrogates': 'the answer',
  'no-last-newline': 'the answer',
  'data-space': 'the answer',
  'multi-line-data': 'the answer',
  comments: 'the answer',
  coalesced: 'the answer',
  'long-line': 'invalid-response',

  reset: 'network',
  'clean-close': 'truncated',
  stall: ['idle-timeout', 'first-token-timeout'],
  'keep-alive-forever': 'idle-timeout',
  'error-event': 'server-error',
  'malformed-json': 'invalid-response',
  'second-finish': 'the answer',
  'text-after-end': 'the answer',

  'huge-event': 'invalid-response',
  compressed: 'the answer',
};

/** Faults that change what the answer is, so that there is none to compare with; each has its own test below. */
const ofTheirOwn: readonly FaultName[] = [
  'invalid-utf8',
  'nul-padding',
  'many-events',
  'endless',
  // Core's: how far a body may grow is none of this wire's business.
  'decompression-bomb',
];

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox();
});

beforeEach(() => sandbox.reset());

afterAll(() => sandbox.close());

const ask = { messages: [{ role: 'user', content: 'How does a lock work, please? unicode' }] } as const;

function provider() {
  return createOpenAICompatible({
    id: 'local',
    baseURL: sandbox.urls.openai,
    defaultModel: 'sandbox',
    timeout: { firstToken: 2_000, idle: 2_000 },
  });
}

/** Faults that only a limit ends get a short one. */
const hanging: ReadonlySet<FaultName> = new Set([
  'never-answer',
  'slow-headers',
  'stall',
  'keep-alive-forever',
]);

async function outcomeOf(name: FaultName, stream: boolean): Promise<Outcome> {
  const local = provider();
  try {
    const options = { stream, ...(hanging.has(name) ? { timeout: { firstToken: 150, idle: 150 } } : {}) };
    const { text } = await complete(local, ask, options);
    expect(text).toBe(sandbox.requests.at(-1)?.answer);
    return 'the answer';
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    expect(error.provider).toBe('local');
    return error.code;
  } finally {
    await local.close();
  }
}

/** The forms of a fault that matter to this wire: how a refusal's body is read is core's. */
function variantsOf({ name, variants }: FaultRow): FaultRow['variants'] {
  return name.startsWith('status-') ? variants.slice(0, 1) : variants;
}

describe('each fault of the matrix', () => {
  const known = faults.filter(({ name }) => outcomes[name] !== undefined);

  test('has its outcome in the table', () => {
    const missing = faults.filter(({ name }) => outcomes[name] === undefined && !ofTheirOwn.includes(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test.each(
    known.flatMap((row) =>
      variantsOf(row).flatMap((parameters) =>
        (row.streamOnly ? [true] : [true, false]).map((stream) => ({ name: row.name, parameters, stream })),
      ),
    ),
  )('$name $parameters (stream: $stream)', async ({ name, parameters, stream }) => {
    sandbox.setFault({ service: 'openai', phase: 'message' }, { name, parameters });
    const outcome = outcomes[name] ?? 'the answer';
    const expected = typeof outcome === 'string' ? outcome : outcome[stream ? 0 : 1];
    // The first event of the stream may be told to be an error of any status.
    expect(await outcomeOf(name, stream)).toBe(parameters.status === 429 ? 'rate-limited' : expected);
    await sandbox.waitForIdle();
  });
});

test('what arrived before a failure is in the error', async () => {
  sandbox.setFault({ service: 'openai' }, 'malformed-json');
  const local = provider();
  const error = await complete(local, ask).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'invalid-response', partial: { complete: true } });
  const { partial } = error as ChatError;
  expect(partial?.text.length).toBeGreaterThan(0);
  expect(sandbox.requests.at(-1)?.answer).toContain(partial?.text);
  await local.close();
});

test('bytes that are no UTF-8 become replacement characters, and the rest is kept', async () => {
  sandbox.setFault({ service: 'openai' }, 'invalid-utf8');
  const local = provider();
  const { text, finishReason } = await complete(local, ask);
  expect([text.length > 0, finishReason]).toEqual([true, 'stop']);
  await local.close();
});

test('NUL characters in the text are the text: this wire does not pad', async () => {
  sandbox.setFault({ service: 'openai' }, 'nul-padding');
  const local = provider();
  const { text } = await complete(local, ask);
  expect(text.replaceAll('\0', '')).toBe(sandbox.requests.at(-1)?.answer);
  await local.close();
});

test('ten thousand events are ten thousand pieces of text', async () => {
  sandbox.setFault({ service: 'openai' }, { name: 'many-events', parameters: { events: 10_000 } });
  const local = provider();
  let pieces = 0;
  for await (const _text of (await local.stream(ask)).textStream) pieces += 1;
  expect(pieces).toBe(10_000);
  await local.close();
});

test('an endless answer ends when its reader leaves', async () => {
  sandbox.setFault({ service: 'openai' }, 'endless');
  const local = provider();
  let pieces = 0;
  for await (const _text of (await local.stream(ask)).textStream) {
    pieces += 1;
    if (pieces === 1_000) break;
  }
  const request = sandbox.requests.at(-1);
  expect(await request?.ended).toBe('client');
  await local.close();
});
