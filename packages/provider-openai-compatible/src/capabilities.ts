import type { Capabilities } from '@sluice/core';

/** What the wire carries. Whether a server and its model can do it, only they know: an option takes things back. */
export const wireCapabilities: Capabilities = {
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
  // Servers of this wire stop generating when the socket closes.
  cancel: 'native',
  audio: 'native',
  files: 'native',
  needsAuth: false,
  parameters: [
    'temperature',
    'topP',
    'topK',
    'maxOutputTokens',
    'presencePenalty',
    'frequencyPenalty',
    'reasoningEffort',
    'user',
    'metadata',
  ],
};
