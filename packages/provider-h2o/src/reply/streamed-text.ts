/** Beyond this length, in UTF-16 units, an answer is no longer kept for the comparison: memory stays bounded. */
const longestKept = 1024 * 1024;

/** How many pieces are kept before they become one. */
const mostPieces = 64;

/** What a server's final text says about the text that it streamed. */
export interface FinalTextVerdict {
  /** Text that was never streamed and belongs to the end of the answer. */
  readonly missing: string;
  /** What is wrong with what was streamed, in words without any of its text. */
  readonly problem?: string;
}

/**
 * Remembers what was streamed, to hold the server's final text against it. Pieces are joined from time to time: adding each
 * to a string costs more than fifty bytes a token, for V8 keeps the piece and a node that joins it to the rest.
 */
export class StreamedText {
  #text: string | undefined = '';
  #pieces: string[] = [];
  #length = 0;

  /** Whether there was any text. */
  get empty(): boolean {
    return this.#length === 0;
  }

  add(text: string): void {
    this.#length += text.length;
    if (this.#text === undefined) return;
    if (this.#length > longestKept) {
      this.#text = undefined;
      this.#pieces = [];
    } else if (this.#pieces.push(text) >= mostPieces) this.#join();
  }

  /**
   * Compares. White space around the text and NULs don't count: servers trim and pad. A shorter final text is what a stop
   * leaves behind (2023). A longer one that ends alike is fine if `mayStandBefore` knows its beginning, else text is missing.
   */
  compare(finalText: string, mayStandBefore: (text: string) => boolean): FinalTextVerdict {
    this.#join();
    if (this.#text === undefined) return { missing: '' };
    const [streamed, final] = [this.#text.replaceAll('\0', ''), finalText.replaceAll('\0', '')];
    if (final.startsWith(streamed)) return { missing: final.slice(streamed.length) };
    const [was, is] = [streamed.trim(), final.trim()];
    if (is.startsWith(was)) return { missing: is.slice(was.length) };
    if (was.startsWith(is)) return { missing: '' };
    if (is.endsWith(was)) {
      const before = is.slice(0, is.length - was.length);
      if (mayStandBefore(before)) return { missing: '' };
      const problem = `the server never streamed the first ${before.length} characters of the answer that it kept`;
      return { missing: '', problem };
    }
    return {
      missing: '',
      problem: was.endsWith(is)
        ? `the server began its answer anew: the first ${was.length - is.length} characters are an attempt that it gave up`
        : 'the text that the server streamed differs from the one that it kept',
    };
  }

  #join(): void {
    if (this.#text === undefined) return;
    this.#text += this.#pieces.join('');
    this.#pieces = [];
  }
}
