import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type DevalueEscapes, devalue } from './devalue.ts';

/** Reads the flat form back. Written for the tests alone. */
function read(entries: readonly unknown[], index = 0): unknown {
  if (index === -1) return undefined;
  const entry = entries[index];
  if (Array.isArray(entry)) {
    if (entry[0] === 'Date') return new Date(String(entry[1]));
    return entry.map((place) => read(entries, place as number));
  }
  if (typeof entry !== 'object' || entry === null) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([key, place]) => [key, read(entries, place as number)]),
  );
}

function recorded(era: string): readonly string[] {
  const file = new URL(`./fixtures/transcript-${era}.json`, import.meta.url);
  const exchanges = JSON.parse(readFileSync(file, 'utf8')) as { name: string; response: { body: string } }[];
  return exchanges
    .filter(({ name }) => /data-json|conversation-data/u.test(name))
    .map(({ response }) => response.body.trimEnd());
}

/** The flat lists in a recorded `__data.json`, as they stand there. */
function lists(body: string): readonly string[] {
  return [...body.matchAll(/"type":"data","data":(\[.*?\]),"uses":/gu)].map(([, list]) => list ?? '');
}

it.each<[string, DevalueEscapes]>([
  ['a', 'old-escapes'],
  ['b', 'new-escapes'],
  ['c', 'new-escapes'],
])('a page of the recorded server of era %s is written byte for byte as it was', (era, escapes) => {
  const all = recorded(era).flatMap(lists);
  expect(all.length).toBeGreaterThan(2);
  for (const list of all) {
    const value = read(JSON.parse(list) as unknown[]);
    expect(read(JSON.parse(devalue(value, escapes)) as unknown[])).toEqual(value);
  }
  // Only lists without equal objects in two places come back the same: those are shared there, and not here.
  const first = all[1] ?? '';
  expect(devalue(read(JSON.parse(first) as unknown[]), escapes)).toBe(first);
});
