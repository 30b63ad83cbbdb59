import { ChatError, type ChatEvent, type ChatRequest } from '@sluice/core';
import { createFlowGpt } from '@sluice/provider-flowgpt';
import { createH2o } from '@sluice/provider-h2o';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createYlokh } from '@sluice/provider-ylokh';
import { createRegistry, routeOf } from '@sluice/registry';
import type { Sandbox } from '@sluice/sandbox';
import type { CassetteTimers } from '@sluice/testkit';

/** Where each provider finds its server: what is left of a sandbox when it is closed. */
export type Addresses = Pick<Sandbox['urls'], 'h2o' | 'ylokh' | 'flowgpt' | 'openai'>;

/** What a conversation is made of, beside its addresses. */
export interface Conversation {
  readonly requests: readonly ChatRequest[];
  /** All at once instead of one after the other. */
  readonly together?: boolean;
  /** In milliseconds. */
  readonly timeout?: { readonly firstToken?: number; readonly idle?: number; readonly total?: number };
  readonly strategy?: 'balanced' | 'ordered' | 'weighted';
  readonly hedgeAfterMs?: number;
}

/** The registry of the command, with a seed and a clock. */
export async function converse(
  { requests, together = false, timeout, strategy = 'ordered', hedgeAfterMs }: Conversation,
  urls: Addresses,
  timers: CassetteTimers,
): Promise<readonly string[]> {
  const registry = createRegistry({
    providers: [
      createH2o({ baseURL: urls.h2o }),
      createYlokh({ baseURL: urls.ylokh }),
      createFlowGpt({ baseURL: urls.flowgpt }),
      createOpenAICompatible({
        baseURL: urls.openai,
        defaultModel: 'sandbox',
        apiKey: 'key-of-the-test-0815',
      }),
    ],
    default: ['h2o', 'ylokh', 'flowgpt', 'openai-compatible'],
    strategy,
    seed: 7,
    timers,
    maxAttempts: 4,
    ...(timeout === undefined ? {} : { timeout }),
    ...(hedgeAfterMs === undefined ? {} : { hedge: { afterMs: hedgeAfterMs } }),
  });

  /** Everything that a user sees of one call, as one text. */
  const ask = async (request: ChatRequest): Promise<string> => {
    const events: ChatEvent[] = [];
    try {
      const stream = await registry.stream(request, { includeRaw: true });
      for await (const event of stream) events.push(event);
      return JSON.stringify({ events, route: stream.route });
    } catch (error) {
      if (!ChatError.is(error)) throw error;
      return JSON.stringify({ events, error, partial: error.partial, route: routeOf(error) });
    }
  };

  try {
    if (together) return await Promise.all(requests.map(ask));
    const answers: string[] = [];
    for (const request of requests) answers.push(await ask(request));
    return answers;
  } finally {
    await registry.close();
  }
}
