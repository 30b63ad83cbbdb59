/** A value in superjson's form: plain JSON, and beside it what JSON cannot say. */
export interface SuperJson {
  readonly json: unknown;
  readonly meta?: { readonly values: Readonly<Record<string, readonly string[]>>; readonly v: 1 };
}

/** Encodes dates and `undefined` as superjson does. */
export function superjson(value: unknown): SuperJson {
  const values: Record<string, readonly string[]> = {};
  const encode = (entry: unknown, path: string): unknown => {
    if (entry === undefined) {
      values[path] = ['undefined'];
      return null;
    }
    if (entry instanceof Date) {
      values[path] = ['Date'];
      return entry.toISOString();
    }
    const at = (key: string | number): string => (path === '' ? `${key}` : `${path}.${key}`);
    if (Array.isArray(entry)) return entry.map((item, index) => encode(item, at(index)));
    if (typeof entry === 'object' && entry !== null) {
      return Object.fromEntries(Object.entries(entry).map(([key, field]) => [key, encode(field, at(key))]));
    }
    return entry;
  };
  const json = encode(value, '');
  return Object.keys(values).length === 0 ? { json } : { json, meta: { values, v: 1 } };
}
