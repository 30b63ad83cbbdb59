/** A JSON object of which nothing is known yet. */
export type JsonRecord = { readonly [key: string]: unknown };

/** Whether a value is an object with keys. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text, or nothing where it is none: for replies that may as well be a page. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A field's text, or nothing where it is missing, empty or no text. */
export function textField(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
