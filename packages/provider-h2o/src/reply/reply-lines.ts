import { ChatError, isPage, LineDecoder, parseJson, trimPadding } from '@sluice/core';

/** How much of what is not the protocol is kept, in UTF-16 units: enough for a page's title and its marks. */
const longestStray = 8_192;

/**
 * The longest line that is taken, in bytes, and the longest event of several lines, in UTF-16 units: twice of what is common,
 * since the last line of an answer repeats all of it.
 */
const longestLine = 8 * 1024 * 1024;

/** Fields of a server-sent event that say nothing here. */
const ignoredFields = /^(?:event|id|retry):/;

/** What becomes of the lines of a reply. */
export interface LineReader {
  /** Takes a line that it knows what to do with undecoded: one that is like a value which it was given. Answers whether it did. */
  recognise(line: string): boolean;
  /** A value, and the JSON that it came in. */
  value(value: unknown, json: string): void;
  /** So much has come that is not the protocol that there is no point in reading on. */
  stray(): void;
}

/**
 * The lines of a reply, whatever the era, to JSON values. The content type is missing or false for half of the eras, so each
 * line says by itself what it is: `data:` is a server-sent event (several `data:` lines may carry one value), `{` or `[` a
 * line of JSON, `:` a comment. White space and NUL around a line are padding.
 *
 * Anything else is kept as `stray`: a page, or a sentence of a proxy. If the body begins with a page, or with JSON on several
 * lines, all of it is that.
 *
 * Throws `invalid-response` for broken JSON and for a line that is too long; broken JSON on the very last line is left to
 * `end()`, which reports it as `cut`.
 */
export class ReplyLines {
  /** What came that is not the protocol: its beginning. */
  stray = '';
  /** The body ended within a line. */
  cut = false;
  readonly #reader: LineReader;
  readonly #lines: LineDecoder;
  /** Data lines that are not one JSON value yet. */
  #data: string | undefined;
  #atEnd = false;
  /** Some line was the protocol. */
  #spoke = false;
  /** The body began as something else, whose lines may look like the protocol: a page with scripts in it. */
  #foreign = false;

  constructor(reader: LineReader) {
    this.#reader = reader;
    this.#lines = new LineDecoder((line) => this.#line(line), longestLine);
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  /** The body has ended: delivers what had no line end yet. */
  end(): void {
    this.#atEnd = true;
    this.#lines.end();
    this.#dispatch();
  }

  #line(raw: string): void {
    // While an event is incomplete, a line of JSON ends it first.
    if (this.#data === undefined && this.#reader.recognise(raw)) return;
    const line = trimPadding(raw);
    this.#foreign ||= !this.#spoke && this.stray === '' && beginsSomethingElse(line);
    if (this.#foreign) {
      this.#keep(line);
    } else if (line.startsWith('data:')) {
      this.#dataLine(line.slice(5).trimStart());
    } else if (line === '') {
      // Padding of spaces is an empty line too, but only a really empty one ends an event.
      if (raw === '') this.#dispatch();
    } else if (line.startsWith('{') || line.startsWith('[')) {
      this.#dispatch();
      this.#value(line);
    } else if (!line.startsWith(':') && !ignoredFields.test(line)) {
      this.#keep(line);
    }
  }

  #keep(line: string): void {
    if (this.stray.length >= longestStray) return;
    this.stray += `${line.slice(0, longestStray)}\n`;
    if (this.stray.length >= longestStray) this.#reader.stray();
  }

  /** A value on one line is delivered at once: waiting for the blank line behind it would cost a token's delay. */
  #dataLine(text: string): void {
    if (this.#data !== undefined) {
      this.#data += `\n${text}`;
      if (this.#data.length > longestLine) {
        throw new ChatError(
          'invalid-response',
          `an event of the answer is longer than ${longestLine} characters`,
          {
            sent: 'yes',
          },
        );
      }
      return;
    }
    const value = wholeValue(text);
    if (value === undefined) this.#data = text;
    else this.#deliver(value, text);
  }

  #dispatch(): void {
    const text = this.#data;
    if (text === undefined) return;
    this.#data = undefined;
    if (text !== '') this.#value(text);
  }

  #value(text: string): void {
    const value = wholeValue(text);
    if (value !== undefined) this.#deliver(value, text);
    else if (this.#atEnd) this.cut = true;
    else parseJson(text, 'a line of the answer');
  }

  #deliver(value: unknown, json: string): void {
    this.#spoke = true;
    this.#reader.value(value, json);
  }
}

/** A page, or JSON that is written on several lines. */
function beginsSomethingElse(line: string): boolean {
  return line === '{' || line === '[' || isPage(line);
}

/** The mark with which some proxies end an event stream; handed on as a text. */
export const doneMark = '[DONE]';

function wholeValue(text: string): unknown {
  if (text === doneMark) return doneMark;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
