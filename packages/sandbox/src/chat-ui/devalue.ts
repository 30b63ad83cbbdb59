/** Which characters the strings of `__data.json` escape: older versions also `>` and `/`. */
export type DevalueEscapes = 'old-escapes' | 'new-escapes';

const ESCAPED: Readonly<Record<DevalueEscapes, RegExp>> = {
  'old-escapes': /[<>/\u2028\u2029]/gu,
  'new-escapes': /[<\u2028\u2029]/gu,
};

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Stands for `undefined` in the flat list. */
const UNDEFINED = -1;

/**
 * Writes a value in the flat form of SvelteKit's `__data.json`: a list in which objects and arrays point to
 * other entries by index, equal primitives share one entry, and dates are `["Date", iso]`.
 */
export function devalue(value: unknown, escapes: DevalueEscapes): string {
  const entries: string[] = [];
  const seen = new Map<unknown, number>();
  const encode = (entry: unknown): string => {
    if (entry instanceof Date) return `["Date","${entry.toISOString()}"]`;
    if (Array.isArray(entry)) return `[${entry.map(place).join(',')}]`;
    if (typeof entry === 'object' && entry !== null) {
      return `{${Object.entries(entry)
        .map(([key, field]) => `${JSON.stringify(key)}:${place(field)}`)
        .join(',')}}`;
    }
    const text = JSON.stringify(entry);
    return typeof entry === 'string' ? text.replace(ESCAPED[escapes], unicodeEscape) : text;
  };
  const place = (entry: unknown): number => {
    if (entry === undefined) return UNDEFINED;
    const known = seen.get(entry);
    if (known !== undefined) return known;
    const index = entries.length;
    seen.set(entry, index);
    entries.push('');
    entries[index] = encode(entry);
    return index;
  };
  place(value);
  return `[${entries.join(',')}]`;
}
