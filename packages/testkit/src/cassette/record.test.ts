import { readFile, stat, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunk, lastChunk, reply, replyHead } from '../upstream/http-reply.ts';
import { pause, reset, stall } from '../upstream/script.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';
import { ask, cassetteFolder, linesOf } from './cassette.fixture.ts';
import { record } from './record.ts';

let folder: Awaited<ReturnType<typeof cassetteFolder>>;
beforeAll(async () => {
  folder = await cassetteFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const key = 'sk-a-very-secret-key-0815';

describe('a recording', () => {
  it('holds the request, the head, each piece with its time, and the end', async () => {
    await using upstream = await scriptedUpstream([
      replyHead(200, { 'content-type': 'text/event-stream' }),
      chunk('data: one\n\n'),
      pause(20),
      chunk(Uint8Array.of(0xff, 0x00)),
      lastChunk,
    ]);
    const file = folder.file();
    await using cassette = await record(file, { about: { command: 'test' }, packages: { mine: '1.2.3' } });
    await ask({ method: 'POST', url: `${upstream.url}/a?b=c`, headers: { 'X-Thing': '1' }, body: 'Hello' });
    cassette.note('outcome', { ok: true });
    await cassette.close();
    const [header, request, head, one, two, end, note, last] = await linesOf(file);
    expect(header).toMatchObject({
      sluice: 'cassette',
      version: 1,
      node: process.version,
      packages: { '@sluice/core': expect.any(String), '@sluice/testkit': expect.any(String), mine: '1.2.3' },
      about: { command: 'test' },
    });
    expect(request).toEqual({
      type: 'request',
      exchange: 1,
      atMs: expect.any(Number),
      method: 'POST',
      url: `${upstream.url}/a?b=c`,
      headers: { 'x-thing': '1' },
      body: { text: 'Hello' },
    });
    expect(head).toMatchObject({ type: 'head', exchange: 1, status: 200 });
    expect(one).toMatchObject({ type: 'chunk', text: 'data: one\n\n' });
    expect(two).toMatchObject({ type: 'chunk', base64: '/wA=' });
    const times = [one, two].map((line) => (line as { readonly atMs: number }).atMs);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(0);
    expect(end).toMatchObject({ type: 'end', how: 'complete' });
    expect(note).toMatchObject({ type: 'note', name: 'outcome', value: { ok: true } });
    expect(last).toEqual({ type: 'last', exchanges: 1 });
  });

  it.each([
    [
      'a reset',
      [replyHead(200), chunk('one'), reset],
      { how: 'failed', error: { code: 'network', sent: 'yes' } },
    ],
    ['a reset before the answer', [reset], { how: 'failed', error: { code: 'network', sent: 'maybe' } }],
    [
      'a limit of time',
      [replyHead(200), chunk('one'), stall],
      { how: 'cancelled', error: { code: 'deadline-exceeded', sent: 'yes' } },
    ],
    ['no HTTP', ['SSH-2.0\r\n\r\n'], { how: 'failed', error: { code: 'invalid-response' } }],
  ])('tells how %s ended it', async (_what, script, expected) => {
    await using upstream = await scriptedUpstream(script);
    const file = folder.file();
    const cassette = await record(file);
    await ask({ method: 'GET', url: upstream.url }, { timeout: { total: 80 } });
    await cassette.close();
    expect((await linesOf(file)).at(-2)).toMatchObject({ type: 'end', ...expected });
  });

  it('that cannot begin leaves neither a file nor the place taken', async () => {
    const file = folder.file();
    const about: { [name: string]: unknown } = {};
    about.self = about;
    await expect(record(file, { about })).rejects.toThrow(TypeError);
    await (await record(file)).close();
  });

  it('in the place of a file that others could read is readable by its owner alone', async () => {
    const file = folder.file();
    await writeFile(file, 'old', { mode: 0o644 });
    await (await record(file, { replace: true })).close();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('is readable by its owner alone', async () => {
    const file = folder.file();
    await (await record(file)).close();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('never replaces a file that nobody said it may', async () => {
    const file = folder.file();
    await writeFile(file, 'precious');
    await expect(record(file)).rejects.toThrow(
      `the cassette ${file} cannot be written: it exists already; name another file, or delete it`,
    );
    expect(await readFile(file, 'utf8')).toBe('precious');
    // The failed one has let go: another can begin.
    await (await record(file, { replace: true })).close();
    expect(await readFile(file, 'utf8')).toContain('"last"');
  });

  it('is the only one, and leaves no file where it cannot begin', async () => {
    await using first = await record(folder.file());
    const file = folder.file();
    await expect(record(file)).rejects.toThrow(/intercepted already/);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
    await first.close();
  });

  it('tells what its timers see: the times that are in the cassette', async () => {
    await using upstream = await scriptedUpstream(reply(200, 'ok'));
    const file = folder.file();
    const cassette = await record(file);
    await ask({ method: 'GET', url: upstream.url });
    const seen = cassette.timers.now();
    await cassette.close();
    expect((await linesOf(file)).at(-2)).toMatchObject({ type: 'end', atMs: seen });
  });
});

describe('no credential is in a cassette', () => {
  it.each<[string, (url: string) => Parameters<typeof ask>[0], readonly (string | Uint8Array)[]]>([
    ['of a header', (url) => ({ method: 'GET', url, headers: { authorization: `Bearer ${key}` } }), ['ok']],
    ['of a query', (url) => ({ method: 'GET', url: `${url}/?api_key=${key}&q=1` }), ['ok']],
    [
      'of a body',
      (url) => ({ method: 'POST', url, headers: { 'x-api-key': key }, body: `{"k":"${key}"}` }),
      ['ok'],
    ],
    [
      'that the upstream repeats, in pieces',
      (url) => ({ method: 'GET', url, headers: { authorization: `Bearer ${key}` } }),
      ['data: 1\n\n', 'data: key ', ...key, ' is wrong\n\n', 'data: 2\n\n'],
    ],
    [
      'that the upstream repeats beside bytes that are no text',
      (url) => ({ method: 'GET', url, headers: { authorization: `Bearer ${key}` } }),
      [Uint8Array.of(0xff), key, Uint8Array.of(0xfe)],
    ],
    ['that nobody knew of', (url) => ({ method: 'GET', url }), [`wrong key ${key}`]],
  ])('%s', async (_what, request, pieces) => {
    await using upstream = await scriptedUpstream([replyHead(200), ...pieces.map(chunk), lastChunk]);
    const file = folder.file();
    const cassette = await record(file);
    const got = await ask(request(upstream.url));
    await cassette.close();
    const text = await readFile(file, 'utf8');
    const decoded = (await linesOf(file)).map((line) =>
      'base64' in line
        ? Buffer.from(line.base64, 'base64').toString('latin1')
        : 'text' in line
          ? line.text
          : '',
    );
    expect(text).not.toContain(key);
    expect(decoded.join('')).not.toContain(key);
    // The caller has lost nothing.
    expect(got.pieces.join('')).toBe(
      pieces.map((piece) => Buffer.from(piece as string).toString('latin1')).join(''),
    );
    if (pieces.length > 10) {
      const chunks = decoded.filter((piece) => piece !== '');
      expect(chunks.at(0)).toBe('data: 1\n\n');
      expect(chunks.at(-1)).toBe('data: 2\n\n');
      expect(chunks.join('')).toBe('data: 1\n\ndata: key [redacted] is wrong\n\ndata: 2\n\n');
    }
  });

  it('of a cookie: its name and attributes stay', async () => {
    await using upstream = await scriptedUpstream(function* () {
      yield replyHead(200, { 'set-cookie': 'sid=session-0815; Path=/; HttpOnly' });
      yield chunk('you are session-0815');
      yield lastChunk;
    });
    const file = folder.file();
    const cassette = await record(file);
    await ask({ method: 'GET', url: upstream.url });
    await cassette.close();
    const lines = await linesOf(file);
    expect(lines[2]).toMatchObject({ headers: { 'set-cookie': 'sid=[redacted]; Path=/; HttpOnly' } });
    expect(lines[3]).toMatchObject({ text: 'you are [redacted]' });
  });

  it('of the circumstances and the notes', async () => {
    const file = folder.file();
    const cassette = await record(file, {
      about: { apiKey: 'abcdefgh', nested: { proxy: 'http://user:word@p', say: key } },
    });
    cassette.note('error', { message: `bad ${key}`, at: 'http://a.test/v1?token=abcdefgh' });
    await cassette.close();
    const [header, note] = await linesOf(file);
    expect(header).toMatchObject({
      about: { apiKey: '[redacted]', nested: { proxy: 'http://[redacted]@p', say: '[redacted]' } },
    });
    expect(note).toMatchObject({
      value: { message: 'bad [redacted]', at: 'http://a.test/v1?token=%5Bredacted%5D' },
    });
    expect(await readFile(file, 'utf8')).not.toContain(key);
  });
});

describe('what is said', () => {
  const said =
    '{"id":"c1","choices":[{"delta":{"content":"My grüße \\"secret\\" plan"},"finish_reason":"stop"}]}';

  it('is in a cassette, as it was', async () => {
    await using upstream = await scriptedUpstream([replyHead(200), chunk(`data: ${said}\n\n`), lastChunk]);
    const file = folder.file();
    const cassette = await record(file);
    await ask({
      method: 'POST',
      url: upstream.url,
      body: '{"model":"m","messages":[{"role":"user","content":"Hi"}]}',
    });
    await cassette.close();
    expect((await linesOf(file))[3]).toMatchObject({ text: `data: ${said}\n\n` });
  });

  it('is replaced on request, piece by piece and byte by byte, and the protocol stays', async () => {
    const line = Buffer.from(`data: ${said}\n\n`);
    const pieces = [line.subarray(0, 50), line.subarray(50)];
    await using upstream = await scriptedUpstream([replyHead(200), ...pieces.map(chunk), lastChunk]);
    const file = folder.file();
    const cassette = await record(file, { redactPrompts: true });
    await ask({
      method: 'POST',
      url: upstream.url,
      body: '{"model":"m","messages":[{"role":"user","content":"A secret"}]}',
    });
    await cassette.close();
    const [header, request, , one, two] = await linesOf(file);
    expect(header).toMatchObject({ masked: true });
    expect(request).toMatchObject({
      body: { text: '{"model":"m","messages":[{"role":"user","content":"x xxxxxx"}]}' },
    });
    const masked =
      'data: {"id":"c1","choices":[{"delta":{"content":"xx xxxxxxx xxxxxxxxxx xxxx"},"finish_reason":"stop"}]}\n\n';
    expect([one, two]).toMatchObject([{ text: masked.slice(0, 50) }, { text: masked.slice(50) }]);
  });
});
