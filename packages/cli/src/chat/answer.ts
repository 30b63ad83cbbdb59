import type {
  CallOptions,
  ChatProvider,
  ChatRequest,
  Collector,
  FinishReason,
  RouteDecision,
} from '@sluice/core';
import { createMeter, type Measured } from './meter.ts';
import type { Renderer } from './renderer.ts';

/** An answer that was shown to its end. */
export interface Answered {
  /** `provider:model`, or the provider alone where it does not name its model. */
  readonly answeredBy: string;
  readonly route?: RouteDecision;
  readonly measured: Measured;
  /** Why it ended. */
  readonly reason: FinishReason;
}

/**
 * Asks, and shows the answer as it comes. Throws the `ChatError` of the call, after what came was shown. Nothing of the answer
 * is kept, save by the collector: it may be longer than memory.
 */
export async function showAnswer(
  provider: ChatProvider,
  request: ChatRequest,
  options: CallOptions,
  renderer: Renderer,
  collector?: Collector,
): Promise<Answered> {
  const meter = createMeter();
  try {
    renderer.start();
    const stream = await provider.stream(request, options);
    await renderer.begin(stream);
    let reason: FinishReason = 'other';
    for await (const event of stream) {
      meter.add(event);
      collector?.add(event);
      if (event.type === 'finish') reason = event.reason;
      await renderer.event(event);
    }
    const measured = meter.measured();
    await renderer.end(undefined);
    const answeredBy = stream.model === undefined ? stream.provider : `${stream.provider}:${stream.model}`;
    return { answeredBy, measured, reason, ...(stream.route === undefined ? {} : { route: stream.route }) };
  } catch (error) {
    await renderer.end(error);
    throw error;
  }
}
