import type { ChatEvent } from '@sluice/core';

const opening = '<think>';
const closing = '</think>';

/** An answer that begins with more white space than this has no tag: waiting for it longer would hold text back for ever. */
const mostLeadingSpace = 64;

/**
 * Takes the `<think>…</think>` block at the beginning of an answer out of its text: servers of 2026 put the model's reasoning
 * there. Exact across pieces: text is held back only while it may still become a tag, and any cut of the same text gives the
 * same reasoning and the same text. A tag further on is text: the model writes about tags, or quotes one.
 */
export class ThinkTags {
  #state: 'before' | 'inside' | 'after' = 'before';
  #held = '';

  push(text: string, into: ChatEvent[]): void {
    if (text === '') return;
    if (this.#state === 'after') {
      into.push({ type: 'text-delta', text });
      return;
    }
    this.#held += text;
    if (this.#state === 'before') this.#open(into);
    if (this.#state === 'inside') this.#close(into);
  }

  /** The answer has ended: what was held back is what it looks like. */
  end(into: ChatEvent[]): void {
    const type = this.#state === 'inside' ? 'reasoning-delta' : 'text-delta';
    if (this.#held.length > 0) into.push({ type, text: this.#held });
    this.#held = '';
    this.#state = 'after';
  }

  #open(into: ChatEvent[]): void {
    const start = this.#held.length - this.#held.trimStart().length;
    const beginning = this.#held.slice(start, start + opening.length);
    if (beginning === opening && start <= mostLeadingSpace) {
      // White space before the tag belongs to neither.
      this.#held = this.#held.slice(start + opening.length);
      this.#state = 'inside';
    } else if (start > mostLeadingSpace || !opening.startsWith(beginning)) {
      this.#flush(into);
    }
  }

  #close(into: ChatEvent[]): void {
    const at = this.#held.indexOf(closing);
    if (at < 0) {
      const keep = openEnd(this.#held);
      const shown = this.#held.slice(0, this.#held.length - keep);
      if (shown.length > 0) into.push({ type: 'reasoning-delta', text: shown });
      this.#held = this.#held.slice(this.#held.length - keep);
      return;
    }
    if (at > 0) into.push({ type: 'reasoning-delta', text: this.#held.slice(0, at) });
    this.#held = this.#held.slice(at + closing.length);
    this.#state = 'after';
    this.#flush(into);
  }

  #flush(into: ChatEvent[]): void {
    this.#state = 'after';
    if (this.#held.length > 0) into.push({ type: 'text-delta', text: this.#held });
    this.#held = '';
  }
}

/** How many units at the end may be the beginning of the closing tag. */
function openEnd(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length -= 1) {
    if (closing.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
