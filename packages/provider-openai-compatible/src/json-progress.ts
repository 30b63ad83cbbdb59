/** The longest number or word (`true`, `null`) that is looked at, in UTF-16 units. */
const longestScalar = 64;

/**
 * Follows JSON text that comes in pieces and tells whether it is one whole value. Each piece is read once: parsing all that has
 * come so far after each piece would cost the square of the length, which is minutes for the longest text that is taken.
 */
export class JsonProgress {
  #text = '';
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The first value has ended; what follows can only be white space. */
  #ended = false;
  #isScalar = false;
  /** What parsing said, since the last piece that was more than white space. */
  #verdict: boolean | undefined;

  /** All that has come. */
  get text(): string {
    return this.#text;
  }

  push(piece: string): void {
    this.#text += piece;
    for (let at = 0; at < piece.length; at += 1) this.#unit(piece.charCodeAt(at));
  }

  /** Whether the text is one whole JSON value. */
  get isWhole(): boolean {
    if (!this.#ended && !(this.#isScalar && this.#text.length <= longestScalar)) return false;
    this.#verdict ??= isJson(this.#text);
    return this.#verdict;
  }

  #unit(unit: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false;
      else if (unit === 0x5c) this.#escaped = true;
      else if (unit === 0x22) {
        this.#inString = false;
        this.#close();
      }
      return;
    }
    if (unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d) return;
    // More behind a value makes it none; a scalar has no mark of its end.
    this.#verdict = this.#ended ? false : undefined;
    if (this.#ended) return;
    if (unit === 0x22) this.#inString = true;
    else if (unit === 0x7b || unit === 0x5b) this.#depth += 1;
    else if (unit === 0x7d || unit === 0x5d) {
      this.#depth -= 1;
      this.#close();
    } else if (this.#depth === 0) this.#isScalar = true;
  }

  #close(): void {
    if (this.#depth <= 0) this.#ended = true;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
