/** What a stop filter has to say about a piece of text. */
export interface StopVerdict {
  /** The text that may be shown now. */
  readonly text: string;
  /** The stop sequence that ended it, if one did. */
  readonly stoppedBy?: string;
}

/**
 * Stop sequences, exact across chunks: text is held back only as long as it may be the beginning of a stop sequence. The
 * result does not depend on how the text was cut into pieces: the stop sequence that is complete first ends it, before its
 * first character.
 */
export class StopFilter {
  readonly #stops: readonly string[];
  readonly #longest: number;
  #held = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop.length > 0);
    this.#longest = Math.max(0, ...this.#stops.map((stop) => stop.length));
  }

  push(text: string): StopVerdict {
    const whole = this.#held + text;
    const hit = this.#firstHit(whole);
    if (hit) {
      this.#held = '';
      return { text: whole.slice(0, hit.at), stoppedBy: hit.stop };
    }
    const keep = this.#openEnd(whole);
    this.#held = keep === 0 ? '' : whole.slice(-keep);
    return { text: keep === 0 ? whole : whole.slice(0, -keep) };
  }

  /** The text that is still held back: at the end of the stream it was no stop sequence after all. */
  end(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  /** The stop sequence that is complete first; of two that are complete at one place, the longer (it begins earlier). */
  #firstHit(text: string): { at: number; stop: string } | undefined {
    let best: { at: number; stop: string; end: number } | undefined;
    for (const stop of this.#stops) {
      const at = text.indexOf(stop);
      if (at < 0) continue;
      const end = at + stop.length;
      if (!best || end < best.end || (end === best.end && at < best.at)) best = { at, stop, end };
    }
    return best;
  }

  /** How many units at the end may be the beginning of a stop sequence. */
  #openEnd(text: string): number {
    for (let length = Math.min(this.#longest - 1, text.length); length > 0; length -= 1) {
      const tail = text.slice(-length);
      if (this.#stops.some((stop) => stop.length > length && stop.startsWith(tail))) return length;
    }
    return 0;
  }
}
