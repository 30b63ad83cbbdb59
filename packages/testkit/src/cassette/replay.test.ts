import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chunk, lastChunk, reply, replyHead } from '../upstream/http-reply.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';
import { ask, cassetteFolder, exchangeLines, type Got, writeCassette } from './cassette.fixture.ts';
import {
  composed,
  cutAt,
  type Mutation,
  onAnswers,
  oneByteAChunk,
  oneChunk,
  onlyIf,
  stallAt,
} from './mutate-exchange.ts';
import { record } from './record.ts';
import { type Replay, type ReplayOptions, replay } from './replay.ts';

let folder: Awaited<ReturnType<typeof cassetteFolder>>;
beforeAll(async () => {
  folder = await cassetteFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

let cassette: Replay | undefined;
afterEach(() => cassette?.close());

const url = 'http://upstream.test/answer';
const question = { method: 'POST', url, body: '{}' } as const;

/** Plays these pieces of an answer. */
async function played(pieces: readonly string[], options: ReplayOptions = {}): Promise<Replay> {
  cassette = await replay(await writeCassette(folder.file(), exchangeLines(pieces)), options);
  return cassette;
}

describe('a replay', () => {
  it('gives what was recorded, in the same pieces, and asks nobody', async () => {
    const file = folder.file();
    let before: Got;
    {
      await using upstream = await scriptedUpstream([
        replyHead(201, { 'x-thing': 'one' }),
        chunk('data: grü'),
        chunk(Uint8Array.of(0xc3)),
        chunk(Uint8Array.of(0xa9, 0xff)),
        lastChunk,
      ]);
      await using recording = await record(file);
      before = await ask({ ...question, url: upstream.url });
      await recording.close();
      cassette = await replay(file, { mode: 'strict' });
      expect(await ask({ ...question, url: upstream.url })).toEqual(before);
      expect(upstream.exchanges).toHaveLength(1);
    }
    expect(before.pieces).toHaveLength(3);
    expect([cassette.remaining, cassette.differences]).toEqual([[], []]);
  });

  it('ends where it was closed: requests go to the network again', async () => {
    await using upstream = await scriptedUpstream(reply(200, 'live'));
    await played(['recorded']);
    await cassette?.close();
    expect((await ask({ ...question, url: upstream.url })).pieces).toEqual(['live']);
  });

  it('keeps the order of equal requests, and prefers those that say the same', async () => {
    const lines = ['one', 'two', 'three'].flatMap((text, at) => exchangeLines([text], { exchange: at + 1 }));
    const other = { ...lines[8], body: { text: '{"a":1}' } } as (typeof lines)[number];
    cassette = await replay(await writeCassette(folder.file(), lines.with(8, other)), { mode: 'strict' });
    const texts = [];
    for (const body of ['{}', '{"a":1}', '{}']) texts.push((await ask({ ...question, body })).pieces[0]);
    expect(texts).toEqual(['one', 'three', 'two']);
  });

  it('moves a date to wait for along with the time', async () => {
    const [request, , , end] = exchangeLines(['x']);
    const head = {
      type: 'head',
      exchange: 1,
      atMs: 1_000,
      status: 429,
      headers: { 'retry-after': 'Thu, 01 Jan 2026 00:01:01 GMT' },
    } as const;
    const lines = [request, head, end] as Parameters<typeof writeCassette>[1];
    cassette = await replay(await writeCassette(folder.file(), lines));
    const { headers } = await ask(question);
    const leftMs = Date.parse(headers?.['retry-after'] ?? '') - Date.now();
    expect(Math.round(leftMs / 2_000)).toBe(30);
  });

  it('can be left in the middle, and cancelled', async () => {
    await played(['one', 'two'], { mutate: stallAt(3) });
    const controller = new AbortController();
    const asked = ask(question, { signal: controller.signal });
    setImmediate(() => setImmediate(() => setImmediate(() => controller.abort())));
    expect(await asked).toMatchObject({ error: 'aborted (yes): the caller aborted the call' });
  });
});

describe('a request that does not fit', () => {
  const recorded = {
    model: 'small',
    temperature: 0.5,
    messages: [{ role: 'user', content: 'A long and very secret prompt' }],
    options: { id: '0b9f9b5e-0000-4000-8000-000000000001' },
  };
  const lines = (): ReturnType<typeof exchangeLines> =>
    exchangeLines(['ok']).map((line) =>
      line.type === 'request'
        ? {
            ...line,
            headers: { accept: 'text/event-stream', 'x-nonce': 'aaaa', 'x-timestamp': '1' },
            body: { text: JSON.stringify(recorded) },
          }
        : line,
    );
  const sent = (body: object, headers: object = {}): Parameters<typeof ask>[0] => ({
    method: 'POST',
    url,
    headers: { accept: 'text/event-stream', ...headers },
    body: JSON.stringify(body),
  });

  it('only by what changes from call to call fits', async () => {
    cassette = await replay(await writeCassette(folder.file(), lines()), { mode: 'strict' });
    const options = { id: 'ffffffff-ffff-4fff-bfff-ffffffffffff' };
    const got = await ask(
      sent({ ...recorded, options }, { 'X-Nonce': 'bbbb', cookie: 'a=b', authorization: 'x' }),
    );
    expect(got).toMatchObject({ status: 200, pieces: ['ok'] });
  });

  it('is an error in strict mode, which shows the difference and no prompt', async () => {
    const file = await writeCassette(folder.file(), lines());
    cassette = await replay(file, { mode: 'strict' });
    const body = {
      ...recorded,
      model: 'large',
      temperature: 0.7,
      messages: [
        { role: 'user', content: 'A long and quite other prompt' },
        { role: 'user', content: 'x' },
      ],
    };
    const { error } = await ask(sent(body, { accept: 'text/plain' }));
    expect(error).toBe(
      `invalid-request (no): POST ${url} differs from exchange 1 of ${file} (line 2): ` +
        'header accept: "text/event-stream" recorded, "text/plain" sent; ' +
        'body.model: "small" recorded, "large" sent; ' +
        'body.temperature: 0.5 recorded, 0.7 sent; ' +
        'body.messages[0].content: 29 characters recorded, 29 sent, the first 11 alike; ' +
        'body.messages[1]: nothing recorded, an object sent; ' +
        'record it again, or replay without strict',
    );
    // The exchange is still there for a request that fits.
    expect(await ask(sent(recorded))).toMatchObject({ status: 200 });
  });

  it('is answered and noted otherwise', async () => {
    cassette = await replay(await writeCassette(folder.file(), lines()));
    expect(await ask(sent({ ...recorded, temperature: 1 }))).toMatchObject({ status: 200 });
    expect(cassette.differences).toEqual([expect.stringContaining('body.temperature: 0.5 recorded, 1 sent')]);
  });

  it('as a form shows the difference in its field', async () => {
    const form = (id: string, field: object): string =>
      `------${id}\r\nContent-Disposition: form-data; name="data"\r\n\r\n${JSON.stringify(field)}\r\n------${id}--\r\n`;
    const [before, now] = ['0b9f9b5e-0000-4000-8000-000000000001', '0b9f9b5e-0000-4000-8000-000000000002'];
    const body = { text: form(before as string, { is_retry: false }) };
    const recordedForm = exchangeLines(['ok']).map((line) =>
      line.type === 'request' ? { ...line, body } : line,
    );
    cassette = await replay(await writeCassette(folder.file(), recordedForm), { mode: 'strict' });
    const { error } = await ask({ ...question, body: form(now as string, { is_retry: true }) });
    expect(error).toContain('(line 2): body.is_retry: false recorded, true sent; record');
    expect(await ask({ ...question, body: form(now as string, { is_retry: false }) })).toMatchObject({
      status: 200,
    });
  });

  it.each<[string, string, ReplayOptions, string]>([
    ['is at another place', 'http://upstream.test/other', {}, 'it has POST http://upstream.test/answer'],
    [
      'is at another server, in strict mode',
      'http://other.test/answer',
      { mode: 'strict' },
      'it was recorded at http://upstream.test; set baseURL to that',
    ],
  ])('%s: the error says what there is', async (_what, address, options, expected) => {
    await played(['ok'], options);
    const { error } = await ask({ ...question, url: address });
    expect(error).toContain(`has no answer for POST ${address}`);
    expect(error).toContain(expected);
  });

  it('comes once more than it was recorded', async () => {
    await played(['ok']);
    await ask(question);
    expect((await ask(question)).error).toContain(
      `has no further answer for POST ${url}: the one that was recorded is used up`,
    );
  });

  it('goes to another port is answered where it is not strict, and stays with its server', async () => {
    const both = [
      ...exchangeLines(['a'], { url: 'http://a.test/answer' }),
      ...exchangeLines(['b'], { url: 'http://b.test/answer', exchange: 2 }),
      ...exchangeLines(['c'], { url: 'http://a.test/answer', exchange: 3 }),
    ];
    cassette = await replay(await writeCassette(folder.file(), both));
    const [one, two] = ['http://one.test/answer', 'http://two.test/answer'];
    const texts = [];
    for (const at of [one, one]) texts.push((await ask({ ...question, url: at })).pieces[0]);
    texts.push((await ask({ ...question, url: two })).pieces[0]);
    expect(texts).toEqual(['a', 'c', 'b']);
  });
});

describe('the recorded timing', () => {
  it('is kept, by whatever clock', async () => {
    let now = 1_000;
    const waits: number[] = [];
    await played(['one', 'two'], {
      timing: 'recorded',
      time: {
        now: () => now,
        async sleep(ms) {
          waits.push(ms);
          now += ms;
        },
      },
    });
    expect((await ask(question)).pieces).toEqual(['one', 'two']);
    expect(waits).toEqual([10, 10, 10, 10]);
  });

  it('does not wait for what is late already', async () => {
    let now = 0;
    const waits: number[] = [];
    await played(['one', 'two'], {
      timing: 'recorded',
      time: {
        // Every look at the clock takes longer than a piece.
        now: () => (now += 15),
        async sleep(ms) {
          waits.push(ms);
        },
      },
    });
    expect((await ask(question)).pieces).toEqual(['one', 'two']);
    expect(waits).toEqual([]);
  });

  it('gives way to a limit of the call', async () => {
    await played(['one', 'two'], {
      timing: 'recorded',
      mutate: (exchange) => ({
        ...exchange,
        chunks: exchange.chunks.map((each) => ({ ...each, atMs: 1e12 })),
      }),
    });
    expect((await ask(question, { timeout: { total: 30 } })).error).toMatch(/^deadline-exceeded \(yes\)/);
  });
});

describe('a mutation', () => {
  it('leaves the rest of a long answer in its pieces: one byte a chunk takes no gigabytes', async () => {
    const long = 'x'.repeat(600_000);
    const { exchanges } = await played([long, long, 'end'], { mutate: oneByteAChunk });
    expect(exchanges[0]?.chunks.length).toBe(long.length + 2);
  });

  it.each([-1, 2.5, Number.NaN])('at byte %d is refused', (byte) => {
    expect(() => cutAt(byte)).toThrow(RangeError);
    expect(() => stallAt(byte)).toThrow(`a byte is a whole number from 0, got ${byte}`);
  });

  it.each<[string, Mutation, Partial<Got>]>([
    ['one byte a chunk', oneByteAChunk, { pieces: [...'onetwo'] }],
    ['one chunk', oneChunk, { pieces: ['onetwo'] }],
    [
      'a cut',
      cutAt(4),
      {
        pieces: ['one', 't'],
        error: 'truncated (yes): upstream.test closed the connection in the middle of its answer',
      },
    ],
    [
      'a reset at the beginning',
      cutAt(0, 'reset'),
      {
        pieces: [],
        error:
          'network (yes): the answer from upstream.test broke off: the connection was reset (ECONNRESET)',
      },
    ],
    ['a clean end too soon', cutAt(2, 'end'), { pieces: ['on'] }],
    ['a cut behind the end', cutAt(6), { pieces: ['one', 'two'] }],
    ['several of them', composed(oneByteAChunk, cutAt(2, 'end')), { pieces: ['o', 'n'] }],
    ['one that is not meant for it', onlyIf(() => false, oneByteAChunk), { pieces: ['one', 'two'] }],
    ['one for answers', onAnswers(oneChunk), { pieces: ['onetwo'] }],
  ])('%s', async (_what, mutate, expected) => {
    await played(['one', 'two'], { mutate });
    const { pieces, error } = await ask(question);
    expect({ pieces, error }).toEqual({ error: undefined, ...expected });
  });

  it('a stall lasts until the client gives up', async () => {
    await played(['one', 'two'], { mutate: stallAt(4) });
    const { pieces, error } = await ask(question, { timeout: { total: 40 } });
    expect({ pieces, error }).toEqual({
      pieces: ['one', 't'],
      error: 'deadline-exceeded (yes): the call did not end within 40 ms (timeout.total)',
    });
  });
});
