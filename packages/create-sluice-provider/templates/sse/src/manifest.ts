import type { ProviderManifest } from '@sluice/core';

/** Where the service is, if nothing else is said. */
export const defaultBaseURL = 'https://acme.example/api';

/** What the package says about itself; the same stands under `sluice` in its package.json, and a test keeps the two equal. */
export const manifest: ProviderManifest = {
  api: 1,
  id: 'acme',
  title: 'Acme Chat',
  entry: '.',
  factory: 'createAcme',
  // Whether the default address answers today: say true once you have seen it.
  working: false,
  // key:begin
  needsAuth: true,
  // key:end
  // no-key: needsAuth: false,
  capabilities: {
    streaming: 'native',
    messageHistory: 'native',
    systemMessage: 'native',
    tools: 'none',
    vision: 'none',
    json: 'none',
    stop: 'emulated',
    seed: 'none',
    usage: 'none',
    reasoning: 'none',
    cancel: 'native',
    // key:begin
    needsAuth: true,
    // key:end
    // no-key: needsAuth: false,
    parameters: ['temperature'],
  },
  defaultModel: 'small',
  models: ['small', 'large'],
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      id: {
        type: 'string',
        pattern: '^[a-z0-9][a-z0-9-]*$',
        default: 'acme',
        description: 'Names the provider in errors and in a registry.',
      },
      baseURL: {
        type: 'string',
        format: 'uri',
        default: defaultBaseURL,
        description: 'Address of the API.',
      },
      // key:begin
      apiKey: {
        type: 'string',
        minLength: 1,
        description: 'The key, sent as a bearer token.',
      },
      // key:end
    },
    // key:begin
    required: ['apiKey'],
    // key:end
  },
};
