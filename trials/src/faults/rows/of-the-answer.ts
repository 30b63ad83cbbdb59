import type { FaultName, FaultRequest } from '@sluice/sandbox';
import type { Group } from '../cell.ts';
import type { SubjectName } from '../subjects.ts';
import type { Outcome, WireRow } from '../wire-row.ts';

const shortMs = 120;
const mebibyte = 1024 * 1024;
const comes: Outcome = {};

type More = Partial<Omit<WireRow, 'number' | 'group' | 'fault' | 'provoke' | 'expected'>>;

function row(
  group: Group,
  number: number,
  fault: string,
  provoke: FaultName | FaultRequest,
  expected: Outcome,
  more: More = {},
): WireRow {
  const request = typeof provoke === 'string' ? { name: provoke } : provoke;
  return { group, number: String(number), fault, provoke: request, expected, ...more };
}

const streamed = { streamOnly: true } as const;

/** Those whose answers are lines of JSON, and not server-sent events. */
const lines: readonly SubjectName[] = ['flowgpt', 'h2o-b', 'h2o-c', 'h2o-d', 'h2o-e'];
const notEvents = Object.fromEntries(
  lines.map((name) => [name, 'its answer is lines of JSON: there is no `data:`']),
);
const alwaysStreamed = Object.fromEntries(
  [...lines, 'h2o-a'].map((name) => [name, 'its server has no answer in one piece']),
);

/** A FlowGPT server that has shown no metadata ends its answers with the body (decision 0006). */
const saysNothing = {
  outcome: { code: 'empty-response' },
  why: 'without a metadata event the end of the body is the end of the answer',
} as const;
const noComments = {
  outcome: { code: 'invalid-response' },
  why: 'its lines are JSON objects: there are no comments',
} as const;
const tgiOverloaded = {
  outcome: { code: 'overloaded' },
  why: 'text-generation-inference calls its 429 `overloaded`',
} as const;
/** A page pads its tokens with NUL in chat-ui alone; elsewhere a NUL in a text is text. */
const nulIsText = {
  outcome: { text: 'with NUL characters' },
  why: 'this wire does not pad: what is in the text is the text',
} as const;

const wrongRows: readonly WireRow[] = [
  row('wrong 200', 25, 'an error object as JSON', 'error-as-json', { code: 'server-error' }),
  row(
    'wrong 200',
    26,
    'an error as the first event',
    { name: 'error-first', parameters: { status: 500 } },
    { code: 'server-error' },
    { ...streamed, variant: 'a failure' },
  ),
  row(
    'wrong 200',
    26,
    'an error as the first event',
    { name: 'error-first', parameters: { status: 429 } },
    { code: 'rate-limited' },
    { ...streamed, variant: 'a rate limit', except: { 'h2o-a': tgiOverloaded } },
  ),
  row('wrong 200', 27, 'an HTML challenge page', 'challenge-page', { code: 'blocked' }),
  row(
    'wrong 200',
    28,
    'an empty body',
    'empty-body',
    { code: 'truncated' },
    { except: { flowgpt: saysNothing } },
  ),
  ...(['whitespace', 'comments'] as const).map((of) =>
    row(
      'wrong 200',
      29,
      'only whitespace or comments',
      { name: 'blank-body', parameters: { of } },
      { code: 'truncated' },
      { variant: of, except: { flowgpt: of === 'comments' ? noComments : saysNothing } },
    ),
  ),
  row('wrong 200', 30, 'only a finish', 'only-finish', { code: 'empty-response' }),
  ...(
    [
      ['none', 'missing'],
      ['text/html; charset=utf-8', 'text/html'],
      ['application/octet-stream', 'application/octet-stream'],
    ] as const
  ).map(([type, variant]) =>
    row(
      'wrong 200',
      31,
      'a right body with a wrong content type',
      { name: 'content-type', parameters: { type } },
      comes,
      { variant },
    ),
  ),
  row('wrong 200', 32, 'JSON though a stream was asked for', 'json-not-stream', comes, {
    ...streamed,
    cannot: alwaysStreamed,
  }),
];

const eols = [
  ['lf', 'LF'],
  ['cr', 'CR'],
  ['crlf', 'CRLF'],
  ['crlf-split', 'CRLF split over chunks'],
] as const;

const framingRows: readonly WireRow[] = [
  row('framing', 33, 'one byte a chunk', 'byte-chunks', comes),
  ...eols.map(([eol, variant]) =>
    row('framing', 34, 'line ends', { name: 'line-ends', parameters: { eol } }, comes, {
      ...streamed,
      variant,
    }),
  ),
  row('framing', 35, 'a byte order mark', 'byte-order-mark', comes),
  row('framing', 36, 'split text', 'split-characters', comes, { variant: 'a character over chunks' }),
  row('framing', 36, 'split text', 'split-surrogates', comes, {
    ...streamed,
    variant: 'a surrogate pair over events',
  }),
  row('framing', 37, 'the last newline is missing', 'no-last-newline', comes, streamed),
  row('framing', 38, '`data:` without a space', 'data-space', comes, { ...streamed, cannot: notEvents }),
  row('framing', 39, 'an event over several `data:` lines', 'multi-line-data', comes, {
    ...streamed,
    cannot: notEvents,
  }),
  row('framing', 40, 'comments and keep-alives between', 'comments', comes, streamed),
  row('framing', 41, 'several events in one chunk', 'coalesced', comes, streamed),
  row(
    'framing',
    42,
    'a line of 10 MiB',
    'long-line',
    { code: 'invalid-response', begun: true },
    { ...streamed, slow: true },
  ),
  row('framing', 43, 'invalid UTF-8', 'invalid-utf8', comes, streamed),
  row('framing', 44, 'NUL padding', 'nul-padding', comes, {
    ...streamed,
    except: { 'openai-compatible': nulIsText, ylokh: nulIsText, flowgpt: nulIsText },
  }),
];

const midStreamRows: readonly WireRow[] = [
  row('mid-stream', 45, 'reset', 'reset', { code: 'network', begun: true }),
  row('mid-stream', 46, 'clean close without the end', 'clean-close', { code: 'truncated', begun: true }),
  row(
    'mid-stream',
    47,
    'stall',
    'stall',
    { code: 'idle-timeout', begun: true, cut: true, wholeCode: 'first-token-timeout' },
    // The first token of a whole answer is its end.
    { limits: { idle: shortMs, firstToken: 1_500 } },
  ),
  row(
    'mid-stream',
    48,
    'keep-alives for ever',
    'keep-alive-forever',
    { code: 'idle-timeout', begun: true, cut: true },
    { ...streamed, limits: { idle: shortMs } },
  ),
  row('mid-stream', 49, 'an error event', 'error-event', { code: 'server-error', begun: true }, streamed),
  row(
    'mid-stream',
    50,
    'malformed JSON in one event',
    'malformed-json',
    { code: 'invalid-response', begun: true },
    streamed,
  ),
  row('mid-stream', 51, 'a second finish', 'second-finish', comes, streamed),
  row('mid-stream', 52, 'text after the end', 'text-after-end', comes, streamed),
];

const sizeRows: readonly WireRow[] = [
  row('size', 53, 'a million events', 'many-events', comes, {
    ...streamed,
    slow: true,
    reduced: { events: 5_000 },
  }),
  row(
    'size',
    55,
    '50 MiB in one event',
    'huge-event',
    { code: 'invalid-response', begun: true },
    { ...streamed, slow: true, reduced: { bytes: 9 * mebibyte } },
  ),
  ...(['gzip', 'br', 'deflate'] as const).map((encoding) =>
    row('size', 56, 'compressed', { name: 'compressed', parameters: { encoding } }, comes, {
      variant: encoding,
    }),
  ),
  ...(['gzip', 'br'] as const).map((encoding) =>
    row(
      'size',
      56,
      'a decompression bomb of 256 MiB',
      { name: 'decompression-bomb', parameters: { encoding } },
      { code: 'invalid-response' },
      { variant: encoding, slow: true, reduced: { bytes: 40 * mebibyte } },
    ),
  ),
];

/** Faults 25 to 56: what goes wrong in an answer. */
export const rowsOfTheAnswer: readonly WireRow[] = [
  ...wrongRows,
  ...framingRows,
  ...midStreamRows,
  ...sizeRows,
];
