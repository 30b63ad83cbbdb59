import type { CallScope } from './call-scope.ts';
import { ChatError } from './chat-error.ts';
import type { ChatEventSource, StreamOutcome } from './chat-stream.ts';

/** How long an end waits for the clean-up of its source, in milliseconds: one that never ends must not hold a reader for ever. */
const longestCleanUpMs = 30_000;

/** Told once how a stream ended. */
export type StreamObserver = (outcome: StreamOutcome) => void;

/** What outlives a dropped stream. Nothing in it may refer to the stream, or it would never be dropped. */
export interface Held {
  readonly scope: CallScope;
  readonly source: ChatEventSource;
  readonly observers: StreamObserver[];
}

/** What a stream keeps of its registration, to take it back. */
export interface Release {
  held: Held | undefined;
}

const dropped = new FinalizationRegistry<Release>(({ held }) => {
  if (!held) return;
  const { scope, source, observers } = held;
  scope.cancel(new ChatError('aborted', 'the stream was dropped without being read to its end'));
  void closeQuietly(source, 'cancelled');
  tellAll(observers, { type: 'cancelled' });
});

/** Cancels a stream once nobody holds it any more, so that its socket does not stay open for ever. */
export function releaseWhenDropped(stream: object, held: Held): Release {
  const release: Release = { held };
  dropped.register(stream, release, release);
  return release;
}

/**
 * The stream has ended by itself. What was held is let go of by hand: V8 keeps the cell of a registration among old objects,
 * where it lives until the next full collection, and all that it leads to would live as long: a whole call, with its bytes.
 */
export function keepFromRelease(release: Release): void {
  dropped.unregister(release);
  release.held = undefined;
}

/** Closes a source. A clean-up that fails, or never ends, must not spoil what was already said. */
export async function closeQuietly(
  source: ChatEventSource | undefined,
  how: 'finished' | 'cancelled' | 'failed',
): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  try {
    const closing = source?.close(how);
    if (!closing) return;
    const longEnough = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, longestCleanUpMs);
    });
    await Promise.race([closing, longEnough]);
  } catch {
    // The contract of close() forbids it; a finished answer stays finished all the same.
  } finally {
    clearTimeout(patience);
  }
}

/** Tells each observer, once. They are somebody else's code: what one throws reaches neither the reader nor the others. */
export function tellAll(observers: StreamObserver[], outcome: StreamOutcome): void {
  for (const observer of observers.splice(0)) {
    try {
      observer(outcome);
    } catch (error) {
      const what = error instanceof Error ? error.name : typeof error;
      process.emitWarning(`an observer of the end of a stream threw ${what}`, 'SluiceWarning');
    }
  }
}
