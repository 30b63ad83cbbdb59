/** Tells waiting code that something in the sandbox has changed, so that nobody has to poll. */
export interface ChangeSignal {
  emit(): void;
  /** Calls the listener after each change until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

/** Creates a {@link ChangeSignal}. */
export function createChangeSignal(): ChangeSignal {
  const listeners = new Set<() => void>();
  return {
    emit: () => {
      for (const listener of [...listeners]) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
