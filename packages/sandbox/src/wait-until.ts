import type { ChangeSignal } from './change-signal.ts';

/** Waits for a condition that is looked at after each change. See `Sandbox.waitUntil`. */
export function waitUntil(
  condition: () => boolean,
  context: { readonly timeoutMs: number; readonly changes: ChangeSignal; readonly closing: AbortSignal },
): Promise<void> {
  const { timeoutMs, changes, closing } = context;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const settle = (action: () => void): void => {
    clearTimeout(timer);
    unsubscribe();
    closing.removeEventListener('abort', onClose);
    action();
  };
  const onClose = (): void =>
    settle(() => reject(new Error('The sandbox was closed while something waited for it.')));
  const look = (): void => {
    try {
      if (condition()) settle(resolve);
    } catch (error) {
      settle(() => reject(error));
    }
  };
  const timer = setTimeout(
    () => settle(() => reject(new Error(`The sandbox did not come to that within ${timeoutMs} ms.`))),
    timeoutMs,
  );
  const unsubscribe = changes.subscribe(look);
  closing.addEventListener('abort', onClose);
  if (closing.aborted) onClose();
  else look();
  return promise;
}
