import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, expect, test } from 'vitest';
import { createKeyRing, hashKey } from './key-ring.ts';

const original = crypto.timingSafeEqual;

afterEach(() => {
  crypto.timingSafeEqual = original;
  syncBuiltinESMExports();
});

/** Every comparison that is made from now on, as what was compared. */
function watchComparisons(): [string, string][] {
  const seen: [string, string][] = [];
  crypto.timingSafeEqual = (left, right) => {
    seen.push([left as Buffer, right as Buffer].map((each) => each.toString('hex')) as [string, string]);
    return original(left, right);
  };
  syncBuiltinESMExports();
  return seen;
}

const env = { FIRST: 'the-first-key-0123456789', SECOND: 'the-second-key-9876543210-and-longer' };
const configs = [
  { name: 'first', env: 'FIRST' },
  { name: 'second', env: 'SECOND' },
  { name: 'third', sha256: hashKey('the-third-key-5555555555') },
];
const hashes = [env.FIRST, env.SECOND, 'the-third-key-5555555555'].map(hashKey);

test.each([
  ['the first key', env.FIRST, 'first'],
  ['the last key', 'the-third-key-5555555555', 'third'],
  ['a wrong key of the same length', 'the-first-key-012345678X', undefined],
  ['its beginning', env.FIRST.slice(0, -1), undefined],
  ['one character', 'x', undefined],
  ['nothing', '', undefined],
  ['something very long', 'x'.repeat(16_000), undefined],
])('%s is compared by hashes of one length, with every key, in constant time', (_what, shown, name) => {
  const ring = createKeyRing(configs, env);
  const seen = watchComparisons();
  expect(ring.find(shown)?.name).toBe(name);
  // Neither the length of what is shown, nor how much of it is right, nor which key it is changes what is done.
  expect(seen).toEqual(hashes.map((hash) => [hash, hashKey(shown)]));
});
