import { type Capabilities, ChatError, type ChatProvider } from '@sluice/core';

const incapable: Capabilities = {
  streaming: 'none',
  messageHistory: 'none',
  systemMessage: 'none',
  tools: 'none',
  vision: 'none',
  json: 'none',
  stop: 'none',
  seed: 'none',
  usage: 'none',
  reasoning: 'none',
  cancel: 'none',
  needsAuth: false,
};

/**
 * Stands in for a provider that is configured, but switched off or broken: routes may name it, plans tell why it gets nothing,
 * and nothing of its package is loaded.
 */
export function absentProvider(
  id: string,
  reason: string,
  capabilities: Capabilities = incapable,
): ChatProvider {
  // `unsupported` cools nothing and sends a request on to the next target.
  const refuse = async (): Promise<never> => {
    throw new ChatError('unsupported', `${id} cannot be used: ${reason}`, { provider: id });
  };
  return { id, capabilities, listModels: async () => [], stream: refuse, close: async () => {} };
}
