import { type ChatEvent, isVisible, type Usage } from '@sluice/core';

/** How fast an answer was. */
export interface Measured {
  /** From the request to the first text, in milliseconds. */
  readonly firstTokenMs: number;
  /** From the request to the end, in milliseconds. */
  readonly totalMs: number;
  /** Pieces in which the text came. */
  readonly chunks: number;
  readonly characters: number;
  /** Where the upstream counts. */
  readonly usage?: Usage;
}

/** Watches an answer and measures it. */
export interface Meter {
  add(event: ChatEvent): void;
  measured(): Measured;
}

/** Begins to measure. `clock` is monotonic, in milliseconds. */
export function createMeter(clock: () => number = () => performance.now()): Meter {
  const startedAt = clock();
  let firstAt: number | undefined;
  let chunks = 0;
  let characters = 0;
  let usage: Usage | undefined;
  return {
    add(event) {
      if (isVisible(event)) firstAt ??= clock();
      if (event.type === 'text-delta') {
        chunks += 1;
        characters += event.text.length;
      } else if (event.type === 'finish') {
        usage = event.usage;
      }
    },
    measured() {
      const endedAt = clock();
      return {
        firstTokenMs: (firstAt ?? endedAt) - startedAt,
        totalMs: endedAt - startedAt,
        chunks,
        characters,
        ...(usage === undefined ? {} : { usage }),
      };
    },
  };
}
