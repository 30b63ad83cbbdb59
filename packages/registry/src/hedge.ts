import type { ChatError } from '@sluice/core';
import type { Attempt, Settled } from './attempt.ts';
import type { Timers } from './timers.ts';

/** What a race needs to know, and whom it tells. */
export interface RaceInputs {
  readonly first: Attempt;
  /** How long the first one may keep silent before a second begins, in milliseconds. */
  readonly afterMs: number;
  readonly timers: Timers;
  /** Begins the second attempt; nothing if there is no target, no attempt or no budget left for it. */
  readonly second: () => Attempt | undefined;
  /** Books what became of an attempt. */
  readonly book: (settled: Settled) => Settled;
  /** Books an attempt that the other one made useless: by its answer, or by a failure that ends the call. */
  readonly lost: (settled: Settled, by: Settled) => void;
  /** Whether a failure ends the call, so that the other attempt is of no use. */
  readonly ends: (error: ChatError | undefined) => boolean;
}

/**
 * An attempt and, if it keeps silent for too long, a second one beside it: whoever is first with a visible event answers, the
 * other one is aborted and not blamed. If one fails, the other goes on alone. Answers the last that settled; its failure and
 * any before it are booked.
 */
export async function race({
  first,
  afterMs,
  timers,
  second,
  book,
  lost,
  ends,
}: RaceInputs): Promise<Settled> {
  const early = await within(first.settled, afterMs, timers);
  if (early) return book(early);
  const other = second();
  if (!other) return book(await first.settled);
  const one = await Promise.race([first.settled, other.settled]);
  const left = one.attempt === first ? other : first;
  if (one.error && !ends(one.error)) {
    book(one);
    return book(await left.settled);
  }
  if (one.error) left.abandon();
  else left.lose();
  lost(await left.settled, one);
  return book(one);
}

/** What a promise gives in time; nothing if it takes longer. It leaves no timer. */
function within<T>(promise: Promise<T>, delayMs: number, timers: Timers): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = timers.setTimeout(() => resolve(undefined), delayMs);
    void promise.then((value) => {
      timers.clearTimeout(timer);
      resolve(value);
    });
  });
}
