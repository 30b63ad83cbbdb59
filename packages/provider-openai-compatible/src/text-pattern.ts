import { isObject, type JsonObject } from './json-value.ts';

/** How often a pattern is learned anew before it is given up, and how many matches make up for it. */
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

/** Stands for the text while a pattern is tried. */
const stand = 'text';

/**
 * The messages of a stream are alike but for their text: the same id, model and fields, a hundred bytes and more around one
 * token. Once one was decoded, the next is recognised by what stands before and after its text, and needs no decoding. That
 * halves the cost of a token.
 *
 * It is exact, not a guess: a message that begins and ends as the learned one does, with one JSON string between, is the
 * learned one with another text. Whatever differs anywhere else is decoded in full.
 */
export class TextPattern {
  #before = '';
  #after = '';
  #lessons = 0;
  #matches = 0;

  /** Whether another lesson is worth its cost. */
  get wantsLesson(): boolean {
    return this.#lessons < mostLessons;
  }

  /** The text of a message like the learned one; nothing for any other. */
  match(data: string): string | undefined {
    const start = this.#before.length;
    const end = data.length - this.#after.length;
    // Comparing slices compares memory; startsWith and endsWith compare character by character.
    if (
      start === 0 ||
      end < start ||
      data.slice(0, start) !== this.#before ||
      data.slice(end) !== this.#after
    ) {
      return undefined;
    }
    this.#matches += 1;
    if (this.#matches === matchesThatPay) this.#lessons = 0;
    if (end - start <= longestCopied) {
      const text = data.slice(start, end);
      if (!special.test(text)) return text;
    }
    return jsonString(data.slice(start - 1, end + 1));
  }

  /** Learns from a message that brought this text and nothing else. */
  learn(data: string, message: unknown, text: string): void {
    this.#lessons += 1;
    this.#matches = 0;
    if (text === stand || data.length > longestLearnt) return;
    const written = JSON.stringify(text);
    let at = data.indexOf(written);
    for (let places = 0; at >= 0 && places < mostPlaces; places += 1, at = data.indexOf(written, at + 1)) {
      const before = data.slice(0, at + 1);
      const after = data.slice(at + written.length - 1);
      if (!isTextOf(message, text, before + stand + after)) continue;
      this.#before = before;
      this.#after = after;
      return;
    }
  }
}

/** The text of a message that brings a piece of text and nothing else. */
export function plainText(message: unknown): string | undefined {
  if (!isObject(message) || message.usage || !Array.isArray(message.choices)) return undefined;
  if (message.choices.length !== 1) return undefined;
  const choice = message.choices[0] as unknown;
  if (!isObject(choice) || choice.finish_reason || !isObject(choice.delta)) return undefined;
  const { content } = choice.delta;
  return typeof content === 'string' && content !== '' ? content : undefined;
}

/** Whether this is the JSON of the message with the stand-in as its text. */
function isTextOf(message: unknown, text: string, json: string): boolean {
  try {
    const tried: unknown = JSON.parse(json);
    if (plainText(tried) !== stand) return false;
    const [choice] = (tried as { choices: [{ delta: { content: string } }] }).choices;
    choice.delta.content = text;
    return JSON.stringify(tried as JsonObject) === JSON.stringify(message);
  } catch {
    return false;
  }
}

function jsonString(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
