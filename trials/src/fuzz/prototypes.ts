import assert from 'node:assert/strict';

const watched = [Object.prototype, Array.prototype, Function.prototype, String.prototype];
const before = watched.map((prototype) => Reflect.ownKeys(prototype).map(String).sort().join());

/** Fails if what was read has changed what every object has. */
export function assertPrototypesUntouched(): void {
  assert.deepEqual(
    watched.map((prototype) => Reflect.ownKeys(prototype).map(String).sort().join()),
    before,
    'a prototype was changed',
  );
}

/** Fails if an object in a value has a prototype that came from its text. */
export function assertPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const prototype: unknown = Object.getPrototypeOf(value);
  assert.ok(
    prototype === null || watched.includes(prototype as object),
    'an object has a prototype of its own',
  );
  for (const inside of Object.values(value)) assertPlain(inside);
}
