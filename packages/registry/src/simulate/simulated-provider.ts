import { CallScope, type Capabilities, type ChatProvider, openChatStream } from '@sluice/core';
import type { SimulatedUpstream } from './simulated-upstream.ts';

/** A simulated upstream can do everything: what it can't is for other tests. */
const capabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'native',
  vision: 'native',
  json: 'native',
  stop: 'native',
  seed: 'native',
  usage: 'native',
  reasoning: 'native',
  cancel: 'native',
  needsAuth: false,
};

/** The upstream itself keeps the limits, by virtual time; none is left to the machine's timers. */
const noTimeout = { connect: 0, firstToken: 0, idle: 0, total: 0 };

/** What a registry calls: an upstream behind the same stream that real providers use. */
export function simulatedProvider(upstream: SimulatedUpstream): ChatProvider {
  const { id } = upstream.target;
  const clock = (): number => upstream.clock.now();
  return {
    id,
    capabilities,
    async listModels() {
      return [];
    },
    stream(request, options = {}) {
      const scope = new CallScope({ ...options, timeout: noTimeout }, {}, clock);
      return openChatStream({ provider: id, scope, open: () => upstream.open(request, options, scope) });
    },
    async close() {},
  };
}
