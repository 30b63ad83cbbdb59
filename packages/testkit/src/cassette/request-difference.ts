import { Buffer } from 'node:buffer';
import type { CassetteHeaders } from './cassette-format.ts';

/** A request as it is compared: without secrets, as a cassette has them. */
export interface ComparedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: CassetteHeaders;
  readonly body: Uint8Array;
}

/** Headers that differ from call to call, or say who asks: signatures, times, ids, sessions, credentials. */
const volatileHeader =
  /^(?:date|host|content-length|cookie)$|auth|key|token|secret|nonce|signature|timestamp|trace|device-id|request-id|idempotency|session/i;

/** Values that are drawn or measured anew for each call, wherever they stand. */
const volatileValues: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b[0-9a-f]{24,}\b/gi, '<hex>'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)/g, '<time>'],
];

/** Texts under these names are settings and may be shown; all others could be somebody's words. */
const shownNames: ReadonlySet<string> = new Set(['model', 'role', 'type', 'name', 'effort', 'format']);

/** The longest value that is shown, and how many differences are. */
const longestShown = 60;
const mostShown = 5;

/** The text with what changes from call to call as words of its own. */
function settled(text: string): string {
  return volatileValues.reduce((out, [pattern, word]) => out.replace(pattern, word), text);
}

/** Whether two bodies say the same. */
export function sameBody(recorded: ComparedRequest, sent: ComparedRequest): boolean {
  return settled(asText(recorded.body)) === settled(asText(sent.body));
}

/**
 * What is different between two requests to the same place, in words that hold no text of a prompt: `body.temperature: 0.5
 * recorded, 0.7 sent`. With `headers`, those are compared, too, but for the volatile ones.
 */
export function differences(
  recorded: ComparedRequest,
  sent: ComparedRequest,
  headers: boolean,
): readonly string[] {
  const found: string[] = [];
  if (headers) compareHeaders(recorded.headers, sent.headers, found);
  if (!sameBody(recorded, sent)) compareBodies(asText(recorded.body), asText(sent.body), found);
  return found.length > mostShown
    ? [...found.slice(0, mostShown), `${found.length - mostShown} more differences`]
    : found;
}

function compareHeaders(recorded: CassetteHeaders, sent: CassetteHeaders, found: string[]): void {
  for (const name of new Set([...Object.keys(recorded), ...Object.keys(sent)])) {
    if (volatileHeader.test(name)) continue;
    const [before, now] = [recorded[name], sent[name]].map((value) =>
      value === undefined ? undefined : settled(value),
    );
    if (before !== now) found.push(`header ${name}: ${shown(before)} recorded, ${shown(now)} sent`);
  }
}

function compareBodies(recorded: string, sent: string, found: string[]): void {
  const [before, now] = [jsonOf(recorded), jsonOf(sent)];
  if (before === undefined || now === undefined) found.push(`body: ${lengths(recorded, sent)}`);
  else compareValues('body', '', before.value, now.value, found);
}

function compareValues(path: string, name: string, before: unknown, now: unknown, found: string[]): void {
  if (isObject(before) && isObject(now) && Array.isArray(before) === Array.isArray(now)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(now)])) {
      const place = Array.isArray(before)
        ? `${path}[${key}]`
        : `${path}.${settled(key).slice(0, longestShown)}`;
      compareValues(place, key, ownValue(before, key), ownValue(now, key), found);
    }
    return;
  }
  if (typeof before === 'string' && typeof now === 'string') {
    if (settled(before) === settled(now)) return;
    const told = shownNames.has(name)
      ? `${shown(before)} recorded, ${shown(now)} sent`
      : lengths(before, now);
    found.push(`${path}: ${told}`);
  } else if (before !== now) {
    found.push(`${path}: ${kindOf(before)} recorded, ${kindOf(now)} sent`);
  }
}

function ownValue(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: unknown })[key] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function lengths(before: string, now: string): string {
  let alike = 0;
  while (alike < before.length && before[alike] === now[alike]) alike += 1;
  return `${before.length} characters recorded, ${now.length} sent, the first ${alike} alike`;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `a text of ${value.length} characters`;
  if (Array.isArray(value)) return `${value.length} items`;
  return isObject(value) ? 'an object' : String(value);
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value.slice(0, longestShown));
}

/** The body as JSON: a whole one, or that of the one field of a form. */
function jsonOf(text: string): { readonly value: unknown } | undefined {
  const begin = text.startsWith('--') ? text.indexOf('\r\n\r\n') : -1;
  const field = begin < 0 ? text : text.slice(begin + 4, text.lastIndexOf('\r\n--'));
  try {
    return { value: JSON.parse(field) };
  } catch {
    return undefined;
  }
}

function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
