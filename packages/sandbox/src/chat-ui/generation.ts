import { type Pace, paced, pause } from '../pace.ts';
import type { Speech } from '../speech.ts';

/** What comes next in an answer that is being generated. */
export type Step =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'gone' };

/** An answer that a server generates, whether a client listens or not. */
export interface Generation {
  readonly startedMs: number;
  /** The text so far. */
  readonly text: string;
  readonly lastToken: string;
  readonly tokenCount: number;
  readonly ended: boolean;
  readonly stopped: boolean;
  /** Waits for the next token, at most `idleMs` milliseconds, or until the client has gone. */
  next(client: AbortSignal, idleMs: number): Promise<Step>;
  /** Ends it, as asked by `stop-generating`. */
  stop(): void;
  /** Ends it without a trace of a stop. */
  cancel(): void;
  /** Goes on without a client. */
  detach(): void;
}

/** Text beyond this is not kept: an endless answer must not fill the memory. */
const MAX_KEPT_CHARS = 16 * 1024 * 1024;

/** How many tokens are kept before they become one text: V8 needs ten times the memory of a token to add each to a string. */
const MAX_PIECES = 64;

function firstOf<T>(promise: Promise<T>, idleMs: number, client: AbortSignal): Promise<T | 'idle' | 'gone'> {
  const waiting = new AbortController();
  const stopWaiting = (): void => waiting.abort();
  client.addEventListener('abort', stopWaiting, { once: true });
  const timer = idleMs > 0 ? pause(idleMs, waiting.signal) : undefined;
  return new Promise<T | 'idle' | 'gone'>((resolve, reject) => {
    promise.then(resolve, reject);
    void timer?.then((elapsed) => elapsed && resolve('idle'));
    waiting.signal.addEventListener('abort', () => resolve('gone'), { once: true });
    if (client.aborted) resolve('gone');
  }).finally(() => {
    client.removeEventListener('abort', stopWaiting);
    waiting.abort();
  });
}

/** Starts to generate. The callback is called once, at the end. */
export function startGeneration(
  speech: Speech,
  pace: Pace,
  closing: AbortSignal,
  onEnd: (generation: Generation) => void,
): Generation {
  const abort = new AbortController();
  const onClosing = (): void => abort.abort();
  closing.addEventListener('abort', onClosing, { once: true });
  const tokens = paced(speech.tokens, pace, abort.signal);
  const state = { text: '', lastToken: '', tokenCount: 0, ended: false, stopped: false };
  let pieces: string[] = [];
  const join = (): void => {
    state.text += pieces.join('');
    pieces = [];
  };
  // Without a rate every token is there at once, and a race for each would cost more than the token.
  const mayWait =
    pace.firstTokenMs > 0 || (pace.tokensPerSecond > 0 && Number.isFinite(pace.tokensPerSecond));
  let pending: Promise<IteratorResult<string>> | undefined;

  const end = (): void => {
    if (state.ended) return;
    state.ended = true;
    closing.removeEventListener('abort', onClosing);
    onEnd(generation);
  };
  const take = (): Promise<IteratorResult<string>> => {
    // Kept until somebody has taken it: a token that comes just after an idle time must not be lost.
    pending ??= tokens.next().then((result) => {
      if (result.done === true) end();
      else {
        state.lastToken = result.value;
        state.tokenCount += 1;
        if (state.text.length < MAX_KEPT_CHARS && pieces.push(result.value) >= MAX_PIECES) join();
      }
      return result;
    });
    return pending;
  };
  const drain = async (): Promise<void> => {
    while (!state.ended) {
      await take();
      pending = undefined;
    }
  };
  const generation: Generation = {
    startedMs: Date.now(),
    get text() {
      join();
      return state.text;
    },
    get lastToken() {
      return state.lastToken;
    },
    get tokenCount() {
      return state.tokenCount;
    },
    get ended() {
      return state.ended;
    },
    get stopped() {
      return state.stopped;
    },
    next: async (client, idleMs) => {
      if (client.aborted) return { kind: 'gone' };
      const result = mayWait ? await firstOf(take(), idleMs, client) : await take();
      if (result === 'idle' || result === 'gone') return { kind: result };
      pending = undefined;
      return result.done === true ? { kind: 'end' } : { kind: 'token', token: result.value };
    },
    stop: () => {
      if (state.ended) return;
      state.stopped = true;
      abort.abort();
      void drain();
    },
    cancel: () => {
      abort.abort();
      void drain();
    },
    detach: () => void drain(),
  };
  return generation;
}
