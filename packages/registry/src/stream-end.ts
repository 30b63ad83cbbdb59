import type { StreamOutcome } from '@sluice/core';
import type { CallLife } from './call-life.ts';
import type { CallRecord } from './call-record.ts';
import { channels } from './channels.ts';
import type { Engine } from './engine.ts';
import type { Lease } from './lease.ts';

/** What the end of an answer is told to. It refers to no stream: one that is dropped ends, too. */
export interface StreamEndInputs {
  readonly engine: Engine;
  readonly lease: Lease;
  readonly record: CallRecord;
  /** The call that ends with this answer; nothing where another may take it up. */
  readonly closes: CallLife | undefined;
}

/** The answer of one attempt as its call sees it. One object, since every call makes one; it holds neither the attempt nor the stream. */
export class StreamEnd {
  /** An answer that lost a race, or that nobody waits for, ends nothing but itself. */
  isWanted = true;
  /** Takes back what would have gone on to the reader if the call had ended first. */
  forget: (() => void) | undefined;
  readonly #inputs: StreamEndInputs;
  readonly #startedAt: number;

  /** `startedAt`: of its attempt, by the registry's clock. */
  constructor(inputs: StreamEndInputs, startedAt: number) {
    this.#inputs = inputs;
    this.#startedAt = startedAt;
  }

  /** Gives the lease back, books how it ended, and tells it. */
  tell(outcome: StreamOutcome): void {
    const { engine, lease } = this.#inputs;
    this.forget?.();
    const now = engine.timers.now();
    if (outcome.type === 'finished') lease.succeed(now, outcome.finish);
    else if (outcome.type === 'failed' && outcome.error.code !== 'aborted') lease.fail(now, outcome.error);
    else lease.abandon(now);
    if (this.isWanted) this.#ended(outcome, now);
  }

  #ended(outcome: StreamOutcome, now: number): void {
    const { engine, lease, record, closes } = this.#inputs;
    const failed = outcome.type === 'failed' && outcome.error.code !== 'aborted' ? outcome.error : undefined;
    if (failed) record.broke(failed);
    if (channels.stream.hasSubscribers) {
      channels.stream.publish({
        ...engine.origin,
        target: lease.target.id,
        outcome: failed ? 'failed' : outcome.type === 'finished' ? 'finished' : 'cancelled',
        durationMs: now - this.#startedAt,
        ...(failed ? { code: failed.code } : {}),
        ...(outcome.type === 'finished' ? { finishReason: outcome.finish.reason } : {}),
        ...(outcome.type === 'finished' && outcome.finish.usage ? { usage: outcome.finish.usage } : {}),
      });
    }
    closes?.close();
  }
}
