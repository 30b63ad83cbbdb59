/** How often a pattern is learnt anew before it is given up (0 switches all of this off), and how many matches make up for it. */
const mostLessons = 8;
const matchesThatPay = 64;

/** Shorter texts are copied out of the chunk by V8; longer ones would keep the whole chunk in memory. */
const longestCopied = 12;

/** What cannot stand in a JSON string as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings hold no control characters, which is what is looked for
const special = /["\\\u0000-\u001f]/;

/**
 * Longer messages, in UTF-16 units, are not learnt, and a text that stands in a message more often is not looked for further:
 * each place costs reading the message once more, and a message of nothing but such places would hold the process up for hours.
 */
const longestLearnt = 64 * 1024;
const mostPlaces = 8;

/** More characters of padding than this are left to `JSON.parse`. */
const mostPadding = 64;

/** Stands for the text while a pattern is tried. */
const stand = 'text';

/** How a pattern reads the text of a message. */
export interface TextPatternOptions {
  /** A character of which the sender puts any number behind the text, and which is taken off again. Default: none. */
  readonly padding?: string;
}

/**
 * Recognises messages of JSON that differ from an earlier one in one string only, and reads that string without decoding the
 * rest. The messages of a stream are mostly like that: the same names and fields around one token. For decoders that read
 * their events from `JSON.parse`; it takes more than half of that cost away.
 *
 * It is exact, not a guess: a message that begins and ends as the learned one does, with one JSON string between, is the
 * learned one with another text. Whatever differs anywhere else is not recognised, and is for `JSON.parse`. Where messages
 * never repeat it gives up after a few lessons.
 *
 * A decoder lets it learn only from messages that do nothing but bring their text, whatever that text is.
 *
 * @example
 * const pattern = new TextPattern(['delta', 'text']);
 * function read(json: string): void {
 *   const known = pattern.match(json);
 *   if (known !== undefined) return onText(known);
 *   const message = JSON.parse(json);
 *   readMessage(message);
 *   if (pattern.wantsLesson && message.type === 'delta') pattern.learn(json, message);
 * }
 */
export class TextPattern {
  readonly #path: readonly (string | number)[];
  readonly #padding: string;
  /** A character of padding as JSON, and many of them. */
  readonly #paddingUnit: string;
  readonly #paddingRun: string;
  #before = '';
  #after = '';
  #lessons = 0;
  #matches = 0;

  /** `path`: the keys that lead from a message to its text. */
  constructor(path: readonly (string | number)[], { padding = '' }: TextPatternOptions = {}) {
    this.#path = path;
    this.#padding = padding;
    this.#paddingUnit = JSON.stringify(padding).slice(1, -1);
    this.#paddingRun = this.#paddingUnit.repeat(mostPadding);
  }

  /** Whether another lesson is worth its cost. */
  get wantsLesson(): boolean {
    return this.#lessons < mostLessons;
  }

  /** The text of a message like the learned one, without its padding; nothing for any other. */
  match(json: string): string | undefined {
    const start = this.#before.length;
    const end = json.length - this.#after.length;
    // Comparing slices compares memory; startsWith and endsWith compare character by character.
    if (
      start === 0 ||
      end < start ||
      json.slice(0, start) !== this.#before ||
      json.slice(end) !== this.#after
    ) {
      return undefined;
    }
    this.#matches += 1;
    if (this.#matches === matchesThatPay) this.#lessons = 0;
    const textEnd = this.#padding === '' ? end : this.#paddingStart(json, start, end);
    if (textEnd - start <= longestCopied) {
      const text = json.slice(start, textEnd);
      if (!special.test(text)) return text;
    }
    return this.#unpadded(jsonString(json.slice(start - 1, end + 1)));
  }

  /** Learns from a message that was decoded and brought its text, and nothing else. */
  learn(json: string, message: unknown): void {
    this.#lessons += 1;
    this.#matches = 0;
    const text = valueAt(message, this.#path);
    if (typeof text !== 'string' || text === '' || text === stand || json.length > longestLearnt) return;
    const written = JSON.stringify(text);
    let at = json.indexOf(written);
    for (let places = 0; at >= 0 && places < mostPlaces; places += 1, at = json.indexOf(written, at + 1)) {
      const before = json.slice(0, at + 1);
      const after = json.slice(at + written.length - 1);
      if (!this.#isTextOf(message, text, before + stand + after)) continue;
      this.#before = before;
      this.#after = after;
      return;
    }
  }

  /** Where the padding behind a text begins. What looks like padding behind a `\\` is none, but then the text is not plain. */
  #paddingStart(json: string, start: number, end: number): number {
    const at = json.indexOf(this.#paddingUnit, start);
    const length = end - at;
    if (at < 0 || length <= 0 || length % this.#paddingUnit.length !== 0) return end;
    return json.slice(at, end) === this.#paddingRun.slice(0, length) ? at : end;
  }

  #unpadded(text: string | undefined): string | undefined {
    if (text === undefined || this.#padding === '') return text;
    let end = text.length;
    while (end > 0 && text[end - 1] === this.#padding) end -= 1;
    return end === text.length ? text : text.slice(0, end);
  }

  /** Whether this is the JSON of the message with the stand-in as its text. */
  #isTextOf(message: unknown, text: string, json: string): boolean {
    try {
      const tried: unknown = JSON.parse(json);
      if (valueAt(tried, this.#path) !== stand) return false;
      const holder = valueAt(tried, this.#path.slice(0, -1)) as { [key: string | number]: unknown };
      holder[this.#path.at(-1) ?? ''] = text;
      return JSON.stringify(tried) === JSON.stringify(message);
    } catch {
      return false;
    }
  }
}

function valueAt(message: unknown, path: readonly (string | number)[]): unknown {
  let value = message;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as { readonly [key: string | number]: unknown })[key];
  }
  return value;
}

function jsonString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
