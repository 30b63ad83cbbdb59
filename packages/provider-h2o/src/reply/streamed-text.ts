/** Beyond this length, in UTF-16 units, an answer is no longer kept for the comparison: memory stays bounded. */
const longestKept = 1024 * 1024;

/** What a server's final text says about the text that it streamed. */
export interface FinalTextVerdict {
  /** Text that was never streamed and belongs to the end of the answer. */
  readonly missing: string;
  /** What is wrong with what was streamed, in words without any of its text. */
  readonly problem?: string;
}

/** Remembers what was streamed, to hold the server's final text against it. */
export class StreamedText {
  #text: string | undefined = '';
  #length = 0;

  /** Whether there was any text. */
  get empty(): boolean {
    return this.#length === 0;
  }

  add(text: string): void {
    this.#length += text.length;
    if (this.#text === undefined) return;
    this.#text = this.#length > longestKept ? undefined : this.#text + text;
  }

  /**
   * Compares. White space around the text doesn't count: servers trim. A shorter final text is what a stop leaves behind
   * (2023), a longer one that ends alike has the prompt before it (`return_full_text`); both are fine.
   */
  compare(finalText: string): FinalTextVerdict {
    const streamed = this.#text;
    if (streamed === undefined) return { missing: '' };
    if (finalText.startsWith(streamed)) return { missing: finalText.slice(streamed.length) };
    const [was, is] = [streamed.trim(), finalText.trim()];
    if (is.startsWith(was)) return { missing: is.slice(was.length) };
    if (was.startsWith(is) || is.endsWith(was)) return { missing: '' };
    return {
      missing: '',
      problem: was.endsWith(is)
        ? `the server began its answer anew: the first ${was.length - is.length} characters are an attempt that it gave up`
        : 'the text that the server streamed differs from the one that it kept',
    };
  }
}
