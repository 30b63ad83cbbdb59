/** The groups of the fault matrix. */
export type FaultGroup =
  | 'connect'
  | 'headers'
  | 'status'
  | 'redirect'
  | 'wrong-200'
  | 'framing'
  | 'mid-stream'
  | 'size';

/** The name of a fault. */
export type FaultName =
  | 'never-answer'
  | 'reset-before-headers'
  | 'slow-headers'
  | 'huge-headers'
  | 'garbage'
  | 'status-400'
  | 'status-401'
  | 'status-402'
  | 'status-403'
  | 'status-404'
  | 'status-408'
  | 'status-409'
  | 'status-413'
  | 'status-422'
  | 'status-429'
  | 'status-500'
  | 'status-502'
  | 'status-503'
  | 'status-504'
  | 'status-529'
  | 'redirect-302'
  | 'redirect-307'
  | 'redirect-loop'
  | 'redirect-inward'
  | 'error-as-json'
  | 'error-first'
  | 'challenge-page'
  | 'empty-body'
  | 'blank-body'
  | 'only-finish'
  | 'content-type'
  | 'json-not-stream'
  | 'byte-chunks'
  | 'line-ends'
  | 'byte-order-mark'
  | 'split-characters'
  | 'split-surrogates'
  | 'no-last-newline'
  | 'data-space'
  | 'multi-line-data'
  | 'comments'
  | 'coalesced'
  | 'long-line'
  | 'invalid-utf8'
  | 'nul-padding'
  | 'reset'
  | 'clean-close'
  | 'stall'
  | 'keep-alive-forever'
  | 'error-event'
  | 'malformed-json'
  | 'second-finish'
  | 'text-after-end'
  | 'many-events'
  | 'endless'
  | 'huge-event'
  | 'compressed'
  | 'decompression-bomb';

/** A value of a fault's parameter. */
export type FaultParameter = string | number | boolean;

/** One fault that the sandbox can make: a row of the table. */
export interface FaultRow {
  readonly name: FaultName;
  readonly group: FaultGroup;
  /** Its numbers in the project's fault matrix. */
  readonly numbers: string;
  /** What the upstream does. */
  readonly does: string;
  /** Parameters with their defaults. */
  readonly parameters: Readonly<Record<string, FaultParameter>>;
  /** The sets of parameters that a matrix should try. Always at least one; `{}` is the default. */
  readonly variants: readonly Readonly<Record<string, FaultParameter>>[];
  /** True when only a streamed answer can have it. */
  readonly streamOnly: boolean;
}

const MEGABYTE = 1024 * 1024;

const STATUS_PARAMETERS = { body: 'json', bodyBytes: 10 * MEGABYTE } as const;
const STATUS_BODIES = [{ body: 'json' }, { body: 'html' }, { body: 'empty' }, { body: 'huge' }] as const;

type RowDetails = Partial<Pick<FaultRow, 'parameters' | 'variants' | 'streamOnly'>>;

function row(
  group: FaultGroup,
  numbers: string,
  name: FaultName,
  does: string,
  more: RowDetails = {},
): FaultRow {
  return { name, group, numbers, does, parameters: {}, variants: [{}], streamOnly: false, ...more };
}

function status(name: FaultName, meaning: string, more: RowDetails = {}): FaultRow {
  return row('status', '9-20', name, `Answers ${meaning}.`, {
    parameters: STATUS_PARAMETERS,
    variants: STATUS_BODIES,
    ...more,
  });
}

const stream = { streamOnly: true } as const;

/** Every fault that the sandbox can make. Tests iterate over this table. */
export const faults: readonly FaultRow[] = [
  row('connect', '3', 'never-answer', 'Takes the request and never sends a byte.'),

  row('headers', '5', 'reset-before-headers', 'Resets the connection before any byte of the answer.'),
  row(
    'headers',
    '6',
    'slow-headers',
    'Sends the answer’s head one byte at a time and never reaches its end.',
    {
      parameters: { everyMs: 1000 },
    },
  ),
  row('headers', '7', 'huge-headers', 'Puts that many bytes of headers before a right answer.', {
    parameters: { bytes: 64 * 1024 },
  }),
  row('headers', '8', 'garbage', 'Answers with bytes that are not HTTP, then closes.'),

  status('status-400', '400 Bad Request'),
  status('status-401', '401 Unauthorized'),
  status('status-402', '402 Payment Required'),
  status('status-403', '403 Forbidden'),
  status('status-404', '404 Not Found'),
  status('status-408', '408 Request Timeout'),
  status('status-409', '409 Conflict'),
  status('status-413', '413 Payload Too Large'),
  status('status-422', '422 Unprocessable Entity'),
  row(
    'status',
    '9-20',
    'status-429',
    'Answers 429 Too Many Requests, with Retry-After in one of its forms.',
    {
      parameters: { ...STATUS_PARAMETERS, retryAfter: 'seconds', retryAfterMs: 2000 },
      variants: [
        ...STATUS_BODIES,
        { retryAfter: 'date' },
        { retryAfter: 'ms' },
        { retryAfter: 'reset' },
        { retryAfter: 'none' },
        { retryAfter: 'absurd' },
      ],
    },
  ),
  status('status-500', '500 Internal Server Error'),
  status('status-502', '502 Bad Gateway'),
  row('status', '9-20', 'status-503', 'Answers 503 Service Unavailable.', {
    parameters: { ...STATUS_PARAMETERS, retryAfter: 'none', retryAfterMs: 2000 },
    variants: [...STATUS_BODIES, { retryAfter: 'seconds' }],
  }),
  status('status-504', '504 Gateway Timeout'),
  status('status-529', '529 Site is overloaded'),

  row('redirect', '21', 'redirect-302', 'Redirects to another origin, the service `elsewhere`.', {
    parameters: { to: '' },
  }),
  row('redirect', '22', 'redirect-307', 'The same with 307: method and body are to be kept.', {
    parameters: { to: '' },
  }),
  row('redirect', '23', 'redirect-loop', 'Redirects to the address that was asked for.'),
  row('redirect', '24', 'redirect-inward', 'Redirects to a file or to a private address.', {
    parameters: { to: 'file:///etc/passwd' },
    variants: [{ to: 'file:///etc/passwd' }, { to: 'http://169.254.169.254/latest/meta-data/' }],
  }),

  row('wrong-200', '25', 'error-as-json', 'Answers 200 with the protocol’s error object as JSON.'),
  row('wrong-200', '26', 'error-first', 'Answers 200 and the first event is an error.', {
    ...stream,
    parameters: { status: 500 },
    variants: [{ status: 500 }, { status: 429 }],
  }),
  row('wrong-200', '27', 'challenge-page', 'Answers 200 with an HTML challenge page.'),
  row('wrong-200', '28', 'empty-body', 'Answers 200 with no body.'),
  row('wrong-200', '29', 'blank-body', 'Answers 200 with only whitespace, or only comments.', {
    parameters: { of: 'whitespace' },
    variants: [{ of: 'whitespace' }, { of: 'comments' }],
  }),
  row('wrong-200', '30', 'only-finish', 'A well-formed answer that says nothing.'),
  row('wrong-200', '31', 'content-type', 'A right body with a wrong content type; `none` leaves it out.', {
    parameters: { type: 'none' },
    variants: [{ type: 'none' }, { type: 'text/html; charset=utf-8' }, { type: 'application/octet-stream' }],
  }),
  row('wrong-200', '32', 'json-not-stream', 'One JSON answer though a stream was asked for.', stream),

  row('framing', '33', 'byte-chunks', 'Each byte is a chunk of its own.'),
  row('framing', '34', 'line-ends', 'Other line ends: cr, crlf, or crlf with a chunk between the two.', {
    ...stream,
    parameters: { eol: 'crlf' },
    variants: [{ eol: 'lf' }, { eol: 'cr' }, { eol: 'crlf' }, { eol: 'crlf-split' }],
  }),
  row('framing', '35', 'byte-order-mark', 'A UTF-8 byte order mark stands before the body.'),
  row('framing', '36', 'split-characters', 'Every character of more than one byte is split over two chunks.'),
  row('framing', '36', 'split-surrogates', 'A surrogate pair is split over two events.', stream),
  row('framing', '37', 'no-last-newline', 'The line ends after the last line are missing.', stream),
  row('framing', '38', 'data-space', 'SSE: the other form of `data:`, with or without the space.', stream),
  row(
    'framing',
    '39',
    'multi-line-data',
    'SSE: the JSON of an event is spread over several data lines.',
    stream,
  ),
  row('framing', '40', 'comments', 'Comments, blank lines or keep-alives stand between the events.', stream),
  row('framing', '41', 'coalesced', 'Several events come in one chunk.', {
    ...stream,
    parameters: { events: 5 },
  }),
  row('framing', '42', 'long-line', 'One event is a line of that many bytes.', {
    ...stream,
    parameters: { bytes: 10 * MEGABYTE },
  }),
  row('framing', '43', 'invalid-utf8', 'The text of one event has bytes that are not UTF-8.', stream),
  row('framing', '44', 'nul-padding', 'Each token is padded with NUL characters.', stream),

  row('mid-stream', '45', 'reset', 'Resets the connection after some events.', { parameters: { after: 3 } }),
  row('mid-stream', '46', 'clean-close', 'Ends the response properly, but without the protocol’s end.', {
    parameters: { after: 3 },
  }),
  row('mid-stream', '47', 'stall', 'Sends some events, then nothing more, with the socket open.', {
    parameters: { after: 3 },
  }),
  row('mid-stream', '48', 'keep-alive-forever', 'Sends some events, then keep-alives without an end.', {
    ...stream,
    parameters: { after: 3, everyMs: 20 },
  }),
  row('mid-stream', '49', 'error-event', 'Sends some events, then an error event.', {
    ...stream,
    parameters: { after: 3, status: 500 },
  }),
  row('mid-stream', '50', 'malformed-json', 'One event is broken JSON, and the stream goes on.', {
    ...stream,
    parameters: { after: 3 },
  }),
  row('mid-stream', '51', 'second-finish', 'The event that finishes the answer comes twice.', stream),
  row('mid-stream', '52', 'text-after-end', 'More text comes after the end.', stream),

  row('size', '53', 'many-events', 'That many text events.', {
    ...stream,
    parameters: { events: 1_000_000 },
  }),
  row('size', '54', 'endless', 'Text events until the client leaves.', stream),
  row('size', '55', 'huge-event', 'One event with that many bytes of text.', {
    ...stream,
    parameters: { bytes: 50 * MEGABYTE },
  }),
  row('size', '56', 'compressed', 'The body is compressed.', {
    parameters: { encoding: 'gzip' },
    variants: [{ encoding: 'gzip' }, { encoding: 'br' }, { encoding: 'deflate' }],
  }),
  row('size', '56', 'decompression-bomb', 'A small compressed body that unpacks to that many bytes.', {
    parameters: { encoding: 'gzip', bytes: 256 * MEGABYTE },
    variants: [{ encoding: 'gzip' }, { encoding: 'br' }],
  }),
];
