import { ChatError, type ChatEvent } from '@sluice/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ReplyAbout, ReplyDecoder } from './reply-decoder.ts';

/** What became of a reply: its events, then perhaps a failure. */
interface Outcome {
  readonly events: readonly ChatEvent[];
  readonly error?: { readonly code: string; readonly message: string; readonly status?: number | undefined };
}

function read(chunks: readonly (string | Uint8Array)[], about: Partial<ReplyAbout> = {}): Outcome {
  const events: ChatEvent[] = [];
  const decoder = new ReplyDecoder({
    provider: 'flowgpt',
    model: 'gpt-3.5-turbo',
    status: 200,
    headers: {},
    secrets: {},
    end: 'auto',
    framed: true,
    includeRaw: false,
    ...about,
  });
  try {
    for (const chunk of chunks) decoder.push(Buffer.from(chunk as string), events);
    decoder.end(events);
    return { events };
  } catch (thrown) {
    if (!ChatError.is(thrown)) throw thrown;
    const { code, message, status } = thrown;
    return { events, error: { code, message, status } };
  }
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const text = (data: unknown): string => line({ event: 'text', data });
const end = line({ event: 'end', data: null });
const metadata = line({ event: 'metadata', data: { id: 'm1', model: 'gpt-3.5-turbo' } });

const delta = (said: string): ChatEvent => ({ type: 'text-delta', text: said });
const finish: ChatEvent = { type: 'finish', reason: 'stop' };
const told: ChatEvent = { type: 'response-metadata', id: 'm1', model: 'gpt-3.5-turbo' };

describe('a reply', () => {
  it('is its text events, with what the metadata says before them', () => {
    expect(read([metadata, text('Hel'), text('lo'), end])).toEqual({
      events: [told, delta('Hel'), delta('lo'), finish],
    });
  });

  it('may have blank lines, spaces, NULs, other line ends, a byte order mark, and no last line end', () => {
    const reply = `\uFEFF\n  ${text('a').trim()} \r\n\r\n\0\0${text('b').trim()}\r${end.trim()}`;
    expect(read([reply]).events).toEqual([delta('a'), delta('b'), finish]);
  });

  it('may have events of other kinds and objects that are no event: they are left out', () => {
    const others = line({ event: 'usage', data: { tokens: 3 } }) + line({ ping: 1 }) + line({});
    expect(read([text('a'), others, text('b'), end]).events).toEqual([delta('a'), delta('b'), finish]);
  });

  it('shows every line as a raw event on request', () => {
    expect(read([text('a'), line({ ping: 1 }), end], { includeRaw: true }).events).toEqual([
      { type: 'raw', value: { event: 'text', data: 'a' } },
      delta('a'),
      { type: 'raw', value: { ping: 1 } },
      { type: 'raw', value: { event: 'end', data: null } },
      finish,
    ]);
  });

  it('is over with its end event: what comes after it is not read', () => {
    expect(read([text('a'), end, text('b'), end, 'no JSON\n']).events).toEqual([delta('a'), finish]);
  });
});

describe('the end of a reply', () => {
  it.each([
    ['auto', [text('a')], true, 'finish'],
    ['auto', [text('a')], false, 'truncated'],
    ['auto', [metadata, text('a')], true, 'truncated'],
    ['auto', [metadata, text('a'), end], false, 'finish'],
    ['event', [text('a')], true, 'truncated'],
    ['event', [text('a'), end], true, 'finish'],
    ['body', [metadata, text('a')], true, 'finish'],
    ['body', [metadata, text('a')], false, 'truncated'],
  ] as const)('rule %s, reply %j, body marked by HTTP: %s → %s', (rule, reply, framed, outcome) => {
    const { events, error } = read(reply, { end: rule, framed });
    expect(error?.code ?? events.at(-1)?.type).toBe(outcome);
    expect(events).toContainEqual(delta('a'));
  });

  it('is missing where the last line is cut, whatever the rule says', () => {
    const { events, error } = read([text('a'), '{"event":"text","da'], { end: 'body' });
    expect(events).toEqual([delta('a')]);
    expect(error?.code).toBe('truncated');
  });

  it('is not what is missing where the last line is something else', () => {
    expect(read(['Internal error']).error?.code).toBe('invalid-response');
    expect(read([text('a'), 'data: {}']).error?.code).toBe('invalid-response');
  });

  it('comes at once where nothing was said: core makes an empty-response of it', () => {
    expect(read([])).toEqual({ events: [finish] });
    expect(read(['\n \r\n'])).toEqual({ events: [finish] });
  });
});

describe('an object that is no error', () => {
  it.each([
    { event: 'usage', message: 'of tokens' },
    { event: 'ping', error: null },
    { error: false },
    { status: 200 },
  ])('is left out: %j', (value) => {
    expect(read([text('a'), line(value), end]).error).toBeUndefined();
  });
});

describe('bug 13: errors in a reply of status 200', () => {
  it.each([
    [
      { event: 'error', data: { message: 'The model is busy', code: 503 } },
      'overloaded',
      'The model is busy',
    ],
    [{ event: 'error', data: 'Rate limit reached' }, 'rate-limited', 'Rate limit reached'],
    [{ event: 'error', data: null, message: 'It broke' }, 'server-error', 'It broke'],
    [{ event: 'error' }, 'server-error', 'it gave no reason'],
    [{ event: 'error', data: null }, 'server-error', 'it gave no reason'],
    [{ event: 'error', data: '' }, 'server-error', 'it gave no reason'],
    [{ event: 'error', data: false, message: 'It broke' }, 'server-error', 'It broke'],
    [{ event: 'error', data: 'slow down', status: 429 }, 'rate-limited', 'slow down'],
    [{ event: 'error', data: { message: 'slow down' }, code: 429 }, 'rate-limited', 'slow down'],
    [{ event: 'failed', error: { message: 'It broke' } }, 'server-error', 'It broke'],
    [{ code: 429, msg: 'slow down' }, 'rate-limited', 'slow down'],
    [{ status: 503 }, 'overloaded', 'it gave no reason'],
    [{ error: { message: 'Not now' } }, 'server-error', 'Not now'],
    [{ error: 'insufficient credits' }, 'payment-required', 'insufficient credits'],
    [{ statusCode: 429, message: 'Slow down' }, 'rate-limited', 'Slow down'],
    [{ errors: [{ message: 'First' }] }, 'server-error', 'First'],
    [{ detail: 'model x does not exist' }, 'model-not-found', 'model x does not exist'],
  ])('%j is a failure that says what the server said', (value, code, said) => {
    const { events, error } = read([text('a'), line(value), text('b'), end]);
    expect(events).toEqual([delta('a')]);
    expect(error).toMatchObject({ code, message: `flowgpt reported an error: ${said}` });
  });

  it.each([
    ['5', 'the data of a text event is a number, not text'],
    ['true', 'the data of a text event is a boolean, not text'],
    ['{"text":"a"}', 'the data of a text event is an object, not text'],
    ['["a"]', 'the data of a text event is an array, not text'],
  ])('text that is %s is reported, not said', (data, what) => {
    const { events, error } = read([text('a'), `{"event":"text","data":${data}}\n`, end]);
    expect(events).toEqual([delta('a')]);
    expect(error).toMatchObject({
      code: 'invalid-response',
      message: `flowgpt does not speak its protocol: ${what}`,
    });
  });

  it('a text event without data is reported', () => {
    expect(read([line({ event: 'text' })]).error?.message).toContain('the data of a text event is missing');
  });

  it('null for text loses nothing: one warning, and the answer goes on', () => {
    const { events } = read([text('a'), text(null), text(null), text(''), text('b'), end]);
    expect(events).toEqual([
      delta('a'),
      { type: 'warning', code: 'ignored-content', message: expect.stringContaining('null') },
      delta('b'),
      finish,
    ]);
  });

  it.each([
    ['a number', '5\n'],
    ['null', 'null\n'],
    ['a list with the word event', '["event"]\n'],
    ['text', '"event"\n'],
    ['a server-sent event', 'data: {"event":"text","data":"x"}\n'],
    ['two objects', '{"event":"text","data":"x"}{"event":"text","data":"y"}\n'],
    ['broken JSON', '{"event":"text","data":\n'],
  ])('a line that is %s is not the protocol', (_what, bad) => {
    const { events, error } = read([text('a'), bad, text('b'), end]);
    expect(events).toEqual([delta('a')]);
    expect(error?.code).toBe('invalid-response');
  });
});

describe('bug 16: web pages in place of a reply', () => {
  const page = (title: string, body = ''): string =>
    `\n<!DOCTYPE html>\n<html>\n<head><title>${title}</title></head>\n<body>\n${body}</body>\n</html>\n`;

  it('a challenge for browsers is blocked', () => {
    expect(read([page('Just a moment...')]).error).toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('sent a web page ("Just a moment...")'),
    });
  });

  it('any other page is invalid-response, and only its title is repeated', () => {
    const { error } = read([page('Welcome to nginx!', '<p>filler</p>\n'.repeat(50))]);
    expect(error?.code).toBe('invalid-response');
    expect(error?.message).toContain('Welcome to nginx!');
    expect(error?.message).not.toContain('filler');
  });

  it('a page without end is reported once enough of it was read', () => {
    expect(read(['<html>\n', '<p>filler</p>\n'.repeat(10_000)]).error?.code).toBe('invalid-response');
  });

  it('a page in the middle of an answer is not the protocol, whatever it says', () => {
    const { error } = read([text('a'), page('Just a moment...').trimStart(), end]);
    expect(error?.code).toBe('invalid-response');
  });
});

describe('bug 19: long lines', () => {
  it('of several megabytes are read, and one over 4 MiB is reported', () => {
    const long = 'x'.repeat(3 * 1024 * 1024);
    expect(read([text(long), end]).events).toEqual([delta(long), finish]);
    expect(read([text(long + long), end]).error?.code).toBe('invalid-response');
  });
});

describe('bytes', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }).map((data) => text(data)),
    fc.constantFrom(
      metadata,
      end,
      '\n',
      '\r\n',
      text(null),
      text('wörld 🙂'),
      '{"event":"text","data":"\\ud83d"}\r',
      line({ event: 'error', data: 'no' }),
      line({ ping: 1 }),
      'null\n',
      '<html>\n',
      '{"event":"te',
    ),
  );

  it('give the same events however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.constantFrom('auto', 'event', 'body'),
        (pieces, cuts, rule) => {
          const bytes = Buffer.from(pieces.join(''));
          const places = [
            0,
            ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
            bytes.length,
          ];
          const chunks = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
          const about = { end: rule, includeRaw: true } as const;
          expect(read(chunks, about)).toEqual(read([bytes], about));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('give the same events whether or not each line is decoded', () => {
    const said = fc.constantFrom(
      'a',
      ' word',
      'text',
      '',
      '"',
      '\\',
      'line\n',
      '🙂',
      '\ud83d',
      'longer than most of them are',
    );
    const odd = fc.constantFrom(
      ...['{"event":"text","data":"a","event":"end"}\n', '{"event":"text","data":"a"},"data":"b"}\n'],
      ...['{"event":"text","data":"a\n', '\0{"event":"text","data":"a"} \n', '{"data":"a","event":"text"}\n'],
      ...[
        '{"event":"text","data":"a\\"}\n',
        '{"event":"text","data":"a\tb"}\n',
        line({ event: 'text', data: 'a', n: 1 }),
      ],
    );
    const reply = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: said.map(text) },
        { weight: 1, arbitrary: odd },
        said.map((data) => line({ event: 'title', data })),
        piece,
      ),
      {
        maxLength: 30,
      },
    );
    // With `includeRaw` every line is.
    fc.assert(
      fc.property(reply, (pieces) => {
        const seen = (includeRaw: boolean): unknown => {
          const { events, error } = read([pieces.join('')], { includeRaw });
          return [events.filter(({ type }) => type !== 'raw'), error?.code, error?.message];
        };
        expect(seen(false)).toEqual(seen(true));
      }),
      { numRuns: 1_000 },
    );
  });

  it('give the same events one by one', () => {
    const reply = Buffer.from(metadata + text(' wörld 🙂') + text('\u2028 end 🚀') + end);
    expect(read([...reply].map((byte) => Uint8Array.of(byte)))).toEqual(read([reply]));
  });
});
