import {
  type CallOptions,
  type ChatProvider,
  type ChatRequest,
  Collector,
  type RouteDecision,
} from '@sluice/core';
import { createMeter, type Measured } from './meter.ts';
import type { Renderer } from './renderer.ts';

/** An answer that was shown to its end. */
export interface Answered {
  readonly text: string;
  /** `provider:model`, or the provider alone where it does not name its model. */
  readonly answeredBy: string;
  readonly route?: RouteDecision;
  readonly measured: Measured;
}

/** Asks, and shows the answer as it comes. Throws the `ChatError` of the call, after what came was shown. */
export async function showAnswer(
  provider: ChatProvider,
  request: ChatRequest,
  options: CallOptions,
  renderer: Renderer,
): Promise<Answered> {
  const meter = createMeter();
  try {
    const stream = await provider.stream(request, options);
    await renderer.begin(stream);
    const collector = new Collector();
    for await (const event of stream) {
      meter.add(event);
      collector.add(event);
      await renderer.event(event);
    }
    const measured = meter.measured();
    await renderer.end(undefined);
    const answeredBy = stream.model === undefined ? stream.provider : `${stream.provider}:${stream.model}`;
    const { text } = collector.result();
    return { text, answeredBy, measured, ...(stream.route === undefined ? {} : { route: stream.route }) };
  } catch (error) {
    await renderer.end(error);
    throw error;
  }
}
