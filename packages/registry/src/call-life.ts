import { ChatError, type Sent } from '@sluice/core';
import type { Timers } from './timers.ts';

/** How much later than the deadline an answer is ended here: its provider, who was told of it, comes first and knows more. */
const graceMs = 50;

/**
 * How long a call lasts: until its deadline, its caller's abort, or its end. It holds one timer and one listener at most, and
 * `close()` releases both. After the commit point the deadline is the provider's to keep, and kept here if that one does not;
 * the caller's abort still comes through here, whatever the provider makes of its signal.
 */
export class CallLife {
  /** Whether the signal of its caller is all that may end it from outside; then that can be handed on as it is. */
  readonly endsBySignalAlone: boolean;
  /** When the time is up, by the registry's clock. */
  readonly endsAt: number;
  /** Set once the call was ended from outside. */
  error: ChatError | undefined;
  readonly #timers: Timers;
  readonly #signal: AbortSignal | undefined;
  readonly #totalMs: number;
  #onAbort: (() => void) | undefined;
  #timer: unknown;
  #undo: Set<(error: ChatError) => void> | undefined;
  #graceMs = 0;

  /** `hasReader`: a reader of its own may leave it, by `cancel`. */
  constructor(timers: Timers, totalMs: number, signal: AbortSignal | undefined, hasReader = false) {
    this.#timers = timers;
    this.#totalMs = totalMs;
    this.#signal = signal;
    const now = timers.now();
    this.endsAt = now + totalMs;
    this.endsBySignalAlone = totalMs === Number.POSITIVE_INFINITY && !hasReader;
    if (signal?.aborted) {
      this.error = aborted(signal, 'no');
      return;
    }
    if (signal) {
      this.#onAbort = () => this.#end(aborted(signal));
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    if (totalMs !== Number.POSITIVE_INFINITY) this.#arm(now);
  }

  /** Nothing can end it from outside. */
  get isUndisturbed(): boolean {
    return this.endsBySignalAlone && this.#signal === undefined;
  }

  /** What is left of the deadline, in milliseconds; `Infinity` without one. */
  leftMs(nowMs: number): number {
    return this.endsAt - nowMs;
  }

  /** Runs `undo` when the call is ended from outside, at once if it was. The function returned takes it back. */
  onEnd(undo: (error: ChatError) => void): () => void {
    if (this.error) {
      undo(this.error);
      return () => {};
    }
    this.#undo ??= new Set();
    const undos = this.#undo;
    undos.add(undo);
    return () => void undos.delete(undo);
  }

  /** Waits; rejects as soon as the call is ended from outside. */
  sleep(delayMs: number): Promise<void> {
    if (this.error) return Promise.reject(this.error);
    return new Promise((resolve, reject) => {
      const forget = this.onEnd((error) => {
        this.#timers.clearTimeout(timer);
        reject(error);
      });
      const timer = this.#timers.setTimeout(() => {
        forget();
        resolve();
      }, delayMs);
    });
  }

  /** Ends it from our side. */
  cancel(error: ChatError): void {
    this.#end(error);
  }

  /** The answer has begun: from here on its own stream should keep the deadline. */
  committed(): void {
    this.#graceMs = graceMs;
  }

  /** The answer broke off, and another is waited for: the deadline is kept here alone again. */
  uncommitted(): void {
    this.#graceMs = 0;
  }

  /** Releases the timer and the listener. */
  close(): void {
    this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#undo = undefined;
    if (this.#onAbort) this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#onAbort = undefined;
  }

  #arm(now: number): void {
    this.#timer = this.#timers.setTimeout(
      () => {
        const at = this.#timers.now();
        // A timer may fire a fraction of a millisecond early, and the longest one is shorter than a long deadline.
        if (at < this.endsAt + this.#graceMs) this.#arm(at);
        else this.#end(tooLate(this.#totalMs));
      },
      Math.max(1, Math.ceil(this.endsAt - now + (now < this.endsAt ? 0 : this.#graceMs))),
    );
  }

  #end(error: ChatError): void {
    if (this.error) return;
    this.error = error;
    const undo = this.#undo;
    this.close();
    for (const step of undo ?? []) step(error);
  }
}

function tooLate(totalMs: number): ChatError {
  return new ChatError('deadline-exceeded', `the call did not end within ${totalMs} ms (timeout.total)`, {
    sent: 'maybe',
  });
}

function aborted(signal: AbortSignal, sent: Sent = 'maybe'): ChatError {
  return new ChatError('aborted', 'the caller aborted the call', { cause: signal.reason, sent });
}
