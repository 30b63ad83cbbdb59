/**
 * Upstreams cut text between tokens, and a token may end inside a character. The first half of a surrogate pair waits for the
 * next text, so that no piece ends with half a character: written to a terminal or a file, each half would be lost.
 */
export class WholeCharacters {
  #half = '';

  /** Whether a text has to pass through `join`: most need not. */
  concerns(text: string): boolean {
    return this.#half !== '' || endsInHalf(text);
  }

  /** What can be shown of a text now, with what waited for it; possibly nothing. */
  join(text: string): string {
    const whole = this.#half + text;
    const upTo = endsInHalf(whole) ? whole.length - 1 : whole.length;
    this.#half = whole.slice(upTo);
    return whole.slice(0, upTo);
  }

  /** What still waits: at the end no other half comes, and what there is was said all the same. */
  rest(): string {
    const rest = this.#half;
    this.#half = '';
    return rest;
  }
}

function endsInHalf(text: string): boolean {
  return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
}
