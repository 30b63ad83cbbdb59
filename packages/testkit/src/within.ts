import { ConformanceFailure } from './conformance-failure.ts';

/** Waits, but not for ever: then it fails with what did not happen. */
export async function within<T>(ms: number, what: string, promise: PromiseLike<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ConformanceFailure(`${what}: nothing happened within ${ms} ms`)),
    ms,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
