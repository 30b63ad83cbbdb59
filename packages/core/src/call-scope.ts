import { ChatError, type Sent } from './chat-error.ts';
import type { CallOptions, Timeouts } from './request.ts';
import { validateCallOptions } from './validate-call-options.ts';

/** The waits that hold where a call says nothing, in milliseconds. */
export const defaultTimeouts: Required<Timeouts> = {
  connect: 10_000,
  firstToken: 120_000,
  idle: 60_000,
  total: Number.POSITIVE_INFINITY,
};

/** The longest delay that a timer of Node takes. */
const longestTimerMs = 2 ** 31 - 1;

function limit(value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  // Whole, as messages tell it: what is left of a deadline may be 49.983 ms.
  return value > 0 ? Math.ceil(value) : Number.POSITIVE_INFINITY;
}

/** Fills in defaults; `0` means "no limit". Throws `invalid-request` for what is no number of milliseconds. */
export function resolveTimeouts(
  timeout: number | Timeouts | undefined,
  fallback: number | Timeouts = {},
): Required<Timeouts> {
  const own = namedTimeouts(timeout);
  const defaults = namedTimeouts(fallback);
  return {
    connect: limit(own.connect ?? defaults.connect, defaultTimeouts.connect),
    firstToken: limit(own.firstToken ?? defaults.firstToken, defaultTimeouts.firstToken),
    idle: limit(own.idle ?? defaults.idle, defaultTimeouts.idle),
    total: limit(own.total ?? defaults.total, defaultTimeouts.total),
  };
}

function namedTimeouts(timeout: number | Timeouts | undefined): Timeouts {
  validateCallOptions({ timeout });
  return typeof timeout === 'number' ? { total: timeout } : (timeout ?? {});
}

/** A monotonic clock in milliseconds. */
export type Clock = () => number;

/** Made once: every call has a scope. */
const processClock: Clock = () => performance.now();

/**
 * The lifetime of one call: its four limits, its caller's signal, and what must be undone when it is cancelled.
 *
 * Everything that waits on behalf of the call registers with `onCancel`; the first reason wins. It holds one timer and one
 * listener at most, and `close()` releases both, so that nothing outlives the call.
 */
export class CallScope {
  readonly timeouts: Required<Timeouts>;
  /** Set once the call was cancelled, by whatever came first. */
  error: ChatError | undefined;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort: (() => void) | undefined;
  readonly #totalAt: number;
  #connectAt = Number.POSITIVE_INFINITY;
  #firstTokenAt: number;
  #idleAt = Number.POSITIVE_INFINITY;
  #committed = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #undo: ((error: ChatError) => void)[] = [];

  constructor(
    options: Pick<CallOptions, 'signal' | 'timeout'> = {},
    defaults: number | Timeouts = {},
    clock: Clock = processClock,
  ) {
    validateCallOptions(options);
    this.timeouts = resolveTimeouts(options.timeout, defaults);
    this.#clock = clock;
    const now = clock();
    this.#totalAt = now + this.timeouts.total;
    this.#firstTokenAt = now + this.timeouts.firstToken;
    this.#signal = options.signal ?? undefined;
    if (this.#signal?.aborted) {
      this.cancel(abortedError(this.#signal, 'no'));
    } else if (this.#signal) {
      const signal = this.#signal;
      this.#onAbort = () => this.cancel(abortedError(signal));
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    if (!this.error) this.#arm(now);
  }

  /** Throws the reason if the call was cancelled. */
  throwIfCancelled(): void {
    if (this.error) throw this.error;
  }

  /** Runs `undo` when the call is cancelled (at once if it was). The function returned takes it back. */
  onCancel(undo: (error: ChatError) => void): () => void {
    if (this.error) {
      undo(this.error);
      return () => {};
    }
    this.#undo.push(undo);
    return () => {
      const at = this.#undo.indexOf(undo);
      if (at >= 0) this.#undo.splice(at, 1);
    };
  }

  /** Ends the call with this reason; later reasons are ignored. */
  cancel(error: ChatError): void {
    if (this.error || this.#closed) return;
    this.error = error;
    const undo = this.#undo;
    this.close();
    for (const step of undo) step(error);
  }

  /** Releases the timer and the listener. Called once the call has ended, in whatever way. */
  close(): void {
    this.#closed = true;
    this.#undo = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#onAbort) this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  /** A connection is being opened: the `connect` limit runs. */
  connecting(): void {
    const now = this.#clock();
    this.#connectAt = now + this.timeouts.connect;
    this.#arm(now);
  }

  /** A connection is open. */
  connected(): void {
    this.#connectAt = Number.POSITIVE_INFINITY;
  }

  /** The answer has begun: `firstToken` is met, from here on `idle` counts. */
  committed(): void {
    this.#committed = true;
    this.#firstTokenAt = Number.POSITIVE_INFINITY;
  }

  /**
   * The reader waits for the next event: the `idle` limit runs until `received`, however often this is said meanwhile (bytes
   * without an event, such as keep-alives, don't count). Before the commit point it does nothing.
   */
  waiting(): void {
    if (!this.#committed || this.#idleAt !== Number.POSITIVE_INFINITY) return;
    if (this.timeouts.idle === Number.POSITIVE_INFINITY) return;
    const now = this.#clock();
    this.#idleAt = now + this.timeouts.idle;
    // An armed timer that fires earlier re-arms itself, so that a token costs no timer.
    if (this.#timerAt > this.#idleAt) this.#arm(now);
  }

  received(): void {
    this.#idleAt = Number.POSITIVE_INFINITY;
  }

  #arm(now: number): void {
    if (this.#closed) return;
    const at = Math.min(this.#totalAt, this.#connectAt, this.#firstTokenAt, this.#idleAt);
    if (at === this.#timerAt && this.#timer) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer =
      at === Number.POSITIVE_INFINITY
        ? undefined
        : setTimeout(() => this.#expire(), Math.min(Math.max(Math.ceil(at - now), 1), longestTimerMs));
  }

  #expire(): void {
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.#clock();
    const { connect, firstToken, idle, total } = this.timeouts;
    if (now >= this.#totalAt) {
      this.cancel(
        timeoutError('deadline-exceeded', `the call did not end within ${total} ms (timeout.total)`),
      );
    } else if (now >= this.#connectAt) {
      this.cancel(
        timeoutError('connect-timeout', `no connection within ${connect} ms (timeout.connect)`, 'no'),
      );
    } else if (now >= this.#firstTokenAt) {
      this.cancel(
        timeoutError('first-token-timeout', `no answer began within ${firstToken} ms (timeout.firstToken)`),
      );
    } else if (now >= this.#idleAt) {
      this.cancel(timeoutError('idle-timeout', `nothing arrived for ${idle} ms (timeout.idle)`, 'yes'));
    } else {
      this.#arm(now);
    }
  }
}

function timeoutError(
  code: 'deadline-exceeded' | 'connect-timeout' | 'first-token-timeout' | 'idle-timeout',
  message: string,
  sent: 'no' | 'maybe' | 'yes' = 'maybe',
): ChatError {
  return new ChatError(code, message, { sent });
}

function abortedError(signal: AbortSignal, sent: Sent = 'maybe'): ChatError {
  return new ChatError('aborted', 'the caller aborted the call', { cause: signal.reason, sent });
}
