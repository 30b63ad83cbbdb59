import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cassetteFolder, exchangeLines, writeCassette } from './cassette.fixture.ts';
import type { CassetteLine } from './cassette-format.ts';
import { readCassette } from './read-cassette.ts';

let folder: Awaited<ReturnType<typeof cassetteFolder>>;
beforeAll(async () => {
  folder = await cassetteFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const good = exchangeLines(['one']);
const [request, head, chunk, end] = good as [CassetteLine, CassetteLine, CassetteLine, CassetteLine];

describe('a cassette that is not right is refused, with the line', () => {
  it.each<[string, readonly (CassetteLine | string)[], number, string]>([
    ['is damaged', [request, '{"type":"he', head], 3, 'it is not JSON; the file is damaged'],
    ['has a line that is no object', [request, '[]'], 3, 'the line must be an object'],
    ['has a line of no known type', ['{"type":"constructor"}'], 2, 'its type is none that a cassette has'],
    ['has no end of an exchange', [request, head], 4, 'exchange 1, which began in line 2, has no end'],
    ['has an answer to nothing', [head], 2, 'it belongs to an exchange that has no request'],
    ['has a chunk before its head', [request, chunk], 3, 'a chunk comes before the head of its answer'],
    ['has more behind an end', [...good, chunk], 6, 'exchange 1 is over already'],
    ['ends well without a head', [request, end], 3, 'an answer without a head cannot be complete'],
    ['has two heads', [request, head, head], 4, 'the answer has a head already'],
    [
      'counts wrongly',
      [{ ...request, exchange: 7 } as CassetteLine],
      2,
      'the next request must be exchange 1',
    ],
    [
      'has a strange status',
      [request, { ...head, status: 99 } as CassetteLine],
      3,
      'status must be one of HTTP, 200 to 599',
    ],
    [
      'has a strange time',
      [{ ...request, atMs: -1 } as CassetteLine],
      2,
      'atMs must be milliseconds since the beginning',
    ],
    [
      'has damaged base64',
      [request, head, '{"type":"chunk","exchange":1,"atMs":1,"base64":"%"}'],
      4,
      'base64 is damaged',
    ],
    [
      'has an error of no known kind',
      [request, '{"type":"end","exchange":1,"atMs":1,"how":"failed","error":{"code":"toString"}}'],
      3,
      'code must be that of an error of Sluice',
    ],
  ])('%s', async (_what, lines, line, why) => {
    const file = await writeCassette(folder.file(), lines);
    await expect(readCassette(file)).rejects.toThrow(`the cassette ${file}, line ${line}: ${why}`);
  });

  it.each<[string, string, string]>([
    ['is empty', '', 'line 1: the file is empty'],
    [
      'is something else',
      '{"name":"package"}\n',
      'line 1: it is no cassette of Sluice: the first line must say so',
    ],
    [
      'is of a later version',
      '{"sluice":"cassette","version":2}\n',
      'line 1: it has version 2 of the format, and this package knows up to 1; update @sluice/testkit',
    ],
  ])('%s', async (_what, text, why) => {
    const file = folder.file();
    await writeFile(file, text);
    await expect(readCassette(file)).rejects.toThrow(`the cassette ${file}, ${why}`);
  });

  it('is not there', async () => {
    const file = folder.file();
    await expect(readCassette(file)).rejects.toThrow(`the cassette ${file} cannot be read (ENOENT)`);
  });

  it('was cut: between two lines, or in one', async () => {
    const file = await writeCassette(folder.file(), good, { last: false });
    await expect(readCassette(file)).rejects.toThrow(
      'line 5: this is not the end; the file was cut, or its recording never closed',
    );
    await writeFile(file, `${JSON.stringify({ sluice: 'cassette' }).slice(0, -3)}`);
    await expect(readCassette(file)).rejects.toThrow('line 1: it breaks off here; the file is not whole');
  });

  it('is larger than allowed, without being read to its end', async () => {
    const file = await writeCassette(folder.file(), exchangeLines(['x'.repeat(100_000)]));
    await expect(readCassette(file, 50_000)).rejects.toThrow(
      'the file is larger than 50000 bytes; maxBytes allows more',
    );
  });

  it('wants to change what all objects have', async () => {
    const evil = JSON.stringify(request).replace('"headers":{}', '"headers":{"__proto__":"evil","x":"1"}');
    const last = '{"type":"last","exchanges":1}';
    const file = await writeCassette(folder.file(), [evil, head, end, last], { last: false });
    const { exchanges } = await readCassette(file);
    const headers = exchanges[0]?.request.headers ?? {};
    expect(Object.getPrototypeOf(headers)).toBe(Object.prototype);
    expect(Object.keys(headers)).toEqual(['__proto__', 'x']);
  });

  it('whatever is in it: an error that names the file, or a cassette', async () => {
    const file = folder.file();
    const line = fc.oneof(
      fc.constantFrom(...good.map((each) => JSON.stringify(each))),
      fc.constantFrom(
        '{"sluice":"cassette","version":1,"recordedAt":"2026-01-01","node":"","platform":""}',
        '{"type":"last","exchanges":1}',
      ),
      fc.json(),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        await writeFile(file, lines.join('\n'));
        const outcome = await readCassette(file).then(
          () => '',
          (error: unknown) => String(error),
        );
        expect(outcome === '' || outcome.startsWith(`ChatError: the cassette ${file}, line `)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
