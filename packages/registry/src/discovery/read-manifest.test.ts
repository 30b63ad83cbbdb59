import fc from 'fast-check';
import { expect, it } from 'vitest';
import { manifestOf } from './application.fixture.ts';
import { readManifest } from './read-manifest.ts';

it('whatever stands in a manifest, it is judged in one short printable line', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(Object.keys(manifestOf('x')).map((key) => [key, fc.jsonValue()])), {
      requiredKeys: [],
    }),
    fc.tuple(fc.constantFrom(...Object.keys(manifestOf('x'))), fc.jsonValue()).map(([key, value]) => ({
      ...manifestOf('x'),
      [key]: value,
    })),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const reading = readManifest(value);
      if ('manifest' in reading) return reading.manifest === value;
      return reading.problem.length < 2_000 && !/[\p{Cc}\u202e]/u.test(reading.problem);
    }),
  );
});

it('the first mistakes are told, and how many more there are', () => {
  expect(readManifest({ api: 1 })).toMatchObject({
    code: 'bad-manifest',
    problem: expect.stringMatching(/^its manifest is wrong: id must be .*; and \d more$/),
  });
});
