import type { ProviderManifest } from '@sluice/core';

/** What the package says about itself; the same stands under `sluice` in its package.json, and a test keeps the two equal. */
export const manifest: ProviderManifest = {
  api: 1,
  id: 'echo',
  title: 'Echo',
  homepage: 'https://github.com/sluice-js/sluice/tree/main/examples/provider-echo',
  entry: '.',
  factory: 'createEcho',
  // There is no server that everybody could ask.
  working: false,
  needsAuth: false,
  capabilities: {
    streaming: 'native',
    messageHistory: 'none',
    systemMessage: 'none',
    tools: 'none',
    vision: 'none',
    json: 'none',
    stop: 'emulated',
    seed: 'none',
    usage: 'none',
    reasoning: 'none',
    cancel: 'native',
    needsAuth: false,
  },
  defaultModel: 'plain',
  models: ['plain', 'loud'],
  modelAliases: { shout: 'loud' },
  options: {
    type: 'object',
    required: ['baseURL'],
    additionalProperties: false,
    properties: {
      id: {
        type: 'string',
        pattern: '^[a-z0-9][a-z0-9-]*$',
        default: 'echo',
        description: 'Names the provider in errors and in a registry.',
      },
      baseURL: {
        type: 'string',
        format: 'uri',
        description: 'Address of the server, without the path /echo.',
      },
      apiKey: { type: 'string', description: 'Sent as x-echo-key, for servers that want one.' },
    },
  },
};
