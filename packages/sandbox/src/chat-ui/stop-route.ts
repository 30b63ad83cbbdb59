import type { Exchange } from '../exchange.ts';
import { pause } from '../pace.ts';
import { type ChatUiContext, sendDone } from './context.ts';
import type { Conversation } from './conversation.ts';

/** How long a stop marker lasts after the last stop. */
const MARKER_MS = 30_000;

/**
 * Marks a conversation as stopped and says which answers that ends: those that began before the time that
 * counts. Where only the first stop counts, a second one within 30 s ends nothing new.
 */
function markStopped(context: ChatUiContext, conversation: Conversation): number {
  const now = Date.now();
  const marker = conversation.stopMarker;
  const alive =
    marker !== undefined && now - marker.lastMs < MARKER_MS && context.era.stop.counts === 'first';
  if (marker !== undefined && alive) marker.lastMs = now;
  else conversation.stopMarker = { firstMs: now, lastMs: now };
  return conversation.stopMarker?.firstMs ?? now;
}

/** `POST /conversation/{id}/stop-generating`. */
export async function stopGenerating(
  context: ChatUiContext,
  exchange: Exchange,
  session: string,
  id: string,
): Promise<void> {
  const { era, options, store, generations, closing } = context;
  const conversation = store.find(id, session);
  if (era.stop.effect !== 'nothing') {
    const countsMs = markStopped(context, conversation);
    const stopAll = (): void => {
      for (const [generation, owner] of generations) {
        if (owner === conversation && generation.startedMs <= countsMs) generation.stop();
      }
    };
    const delayMs = options.stopDelayMs ?? era.stop.delayMs;
    if (delayMs === 0) stopAll();
    else void pause(delayMs, closing).then((elapsed) => elapsed && stopAll());
  }
  return sendDone(context, exchange, session);
}
