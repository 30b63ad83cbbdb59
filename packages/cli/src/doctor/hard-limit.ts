import { ChatError } from '@sluice/core';

/** A limit of time that holds also for code which heeds neither its signal nor its limits. */
export interface HardLimit {
  /** For the code: aborted with the time, or with the caller. */
  readonly signal: AbortSignal;
  /** What the code gives, as long as it is worth waiting for. */
  race<T>(promise: Promise<T>): Promise<T>;
  /** Nothing more is to be limited. */
  end(): void;
}

/** What code gets to clean up once its caller has gone, in milliseconds: as long as the slowest of our providers takes. */
const cleanUpMs = 5_000;

/** Limits others' code to so much time, and to a while after `outer` is aborted. */
export function hardLimit(outer: AbortSignal, longestMs: number): HardLimit {
  const controller = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  // Nobody need be waiting for it.
  over.catch(() => {});
  const leaveAfter = (ms: number, error: ChatError): NodeJS.Timeout =>
    setTimeout(() => {
      controller.abort(error);
      reject(error);
    }, ms);
  // A fault of the provider's code, and none of its server.
  const message = `it gave nothing in ${longestMs / 1_000} s and does not heed its limit of time`;
  let timer = leaveAfter(longestMs, new ChatError('internal', message));
  const onAbort = (): void => {
    clearTimeout(timer);
    controller.abort(outer.reason);
    timer = leaveAfter(cleanUpMs, new ChatError('aborted', 'the caller has gone'));
  };
  if (outer.aborted) onAbort();
  else outer.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    race: (promise) => Promise.race([over, promise]),
    end() {
      clearTimeout(timer);
      outer.removeEventListener('abort', onAbort);
    },
  };
}
