import type { StreamOutcome } from '@sluice/core';
import type { CallRecord } from './call-record.ts';
import { channels } from './channels.ts';
import type { Engine } from './engine.ts';

/** What is noted and told when an answer ends, from the start of its attempt on; `then` comes last. It holds no stream. */
export function streamEnd(
  engine: Engine,
  target: string,
  record: CallRecord,
  then: (outcome: StreamOutcome) => void,
): (outcome: StreamOutcome) => void {
  const begunAt = engine.timers.now();
  return (outcome) => {
    const failed = outcome.type === 'failed' && outcome.error.code !== 'aborted' ? outcome.error : undefined;
    if (failed) record.broke(failed);
    if (channels.stream.hasSubscribers) {
      channels.stream.publish({
        ...engine.origin,
        target,
        outcome: failed ? 'failed' : outcome.type === 'finished' ? 'finished' : 'cancelled',
        durationMs: engine.timers.now() - begunAt,
        ...(failed ? { code: failed.code } : {}),
        ...(outcome.type === 'finished' ? { finishReason: outcome.finish.reason } : {}),
        ...(outcome.type === 'finished' && outcome.finish.usage ? { usage: outcome.finish.usage } : {}),
      });
    }
    then(outcome);
  };
}
