import fc from 'fast-check';

/** Names that mean something to JavaScript: a program that copies them without care is changed by them. */
const trapNames: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
];

/** Any JSON value, with the names and numbers that programs stumble over. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -0, -1, 0.5, 2 ** 53, 1e308, 5e-324, '', ' ', '\0', '\ud800', '🙂'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...trapNames), fc.string({ maxLength: 6 })), tie('value')), {
        maxLength: 4,
      })
      .map(ownEntries),
  ),
})).value;

/** One change of a value: at some place in it something else stands, or a name is another one, or it is gone. */
export interface Change {
  readonly at: number;
  readonly what: 'replace' | 'add' | 'remove' | 'rename';
  readonly value: unknown;
  readonly name: string;
}

/** Changes, some of them with texts that belong to the subject. */
export function changes(
  names: readonly string[],
  values: readonly unknown[],
): fc.Arbitrary<readonly Change[]> {
  return fc.array(
    fc.record({
      at: fc.nat(),
      what: fc.constantFrom('replace', 'replace', 'add', 'remove', 'rename'),
      value: fc.oneof(anyJson, fc.constantFrom(...values)),
      name: fc.oneof(fc.constantFrom(...names), fc.constantFrom(...trapNames), fc.string({ maxLength: 6 })),
    }),
    { minLength: 1, maxLength: 4 },
  );
}

/** Makes some changes to a copy of a JSON value. */
export function changed(value: unknown, made: readonly Change[]): unknown {
  let whole: unknown = structuredClone(value);
  for (const change of made) {
    const places = placesOf(whole);
    const place = places[change.at % places.length];
    if (place === undefined) whole = structuredClone(change.value);
    else apply(place, change);
  }
  return whole;
}

type Place = { readonly holder: Record<string, unknown>; readonly key: string };

function apply({ holder, key }: Place, { what, value, name }: Change): void {
  if (what === 'replace') put(holder, key, value);
  else if (what === 'add') put(holder, name, value);
  else {
    const old = holder[key];
    delete holder[key];
    if (what === 'rename') put(holder, name, old);
  }
}

/** As JSON.parse does it: a property of its own, whatever its name. */
function put(holder: object, key: string, value: unknown): void {
  if (Array.isArray(holder) && !/^\d{1,3}$/.test(key)) return;
  Object.defineProperty(holder, key, {
    // A copy: what is put into itself would go round in a circle.
    value: structuredClone(value),
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Every place in a value where something stands. */
function placesOf(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [
    { holder, key },
    ...placesOf(Object.getOwnPropertyDescriptor(holder, key)?.value),
  ]);
}

function ownEntries(entries: readonly (readonly [string, unknown])[]): object {
  const made = {};
  for (const [key, value] of entries) put(made, key, value);
  return made;
}
