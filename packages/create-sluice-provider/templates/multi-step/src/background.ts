/** Work that goes on after the call that began it, and that closing the provider waits for. */
export interface Background {
  /** Lets a promise run; its failure is nobody's any more. Answers with the same promise. */
  run<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Makes a set of background work. */
export function openBackground(): Background {
  const running = new Set<Promise<unknown>>();
  return {
    run(work) {
      running.add(work);
      const forget = (): void => void running.delete(work);
      work.then(forget, forget);
      return work;
    },
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
