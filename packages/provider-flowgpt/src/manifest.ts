import type { ProviderManifest } from '@sluice/core';

export const providerId = 'flowgpt';
export const defaultBaseURL = 'https://prod-backend-k8s.flowgpt.com';
export const defaultTemperature = 0.7;

/** What this provider says about itself. `package.json` holds the same as plain JSON, and a test keeps the two equal. */
export const manifest: ProviderManifest = {
  api: 1,
  id: providerId,
  title: 'FlowGPT',
  homepage: 'https://flowgpt.com',
  factory: 'createFlowGpt',
  working: false,
  needsAuth: false,
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
    cancel: 'none',
    needsAuth: false,
    parameters: ['temperature'],
  },
  defaultModel: 'gpt-3.5-turbo',
  models: [
    'gpt-3.5-turbo',
    'gpt-3.5-long',
    'gpt-4-turbo',
    'google-gemini',
    'claude-instant',
    'claude-v1',
    'claude-v2',
    'llama2-13b',
    'mythalion-13b',
    'pygmalion-13b',
    'chronos-hermes-13b',
    'Mixtral-8x7B',
    'Dolphin-2.6-8x7B',
  ],
  modelAliases: { gemini: 'google-gemini', 'gemini-pro': 'google-gemini' },
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      baseURL: {
        type: 'string',
        format: 'uri',
        default: defaultBaseURL,
        description: 'Address of the server, without the path /v3/chat-anonymous.',
      },
      models: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
        description: 'The models that the server has. Default: those of FlowGPT.',
      },
      defaultModel: {
        type: 'string',
        minLength: 1,
        default: 'gpt-3.5-turbo',
        description: 'The model where a request names none.',
      },
      defaultSystem: {
        type: 'string',
        description: 'The system text where a request has none.',
      },
      greeting: {
        type: 'string',
        description: 'An assistant message before the history, as the page shows it. Default: none.',
      },
      temperature: {
        type: 'number',
        minimum: 0,
        default: defaultTemperature,
        description: 'The temperature where a request has none.',
      },
      nsfw: { type: 'boolean', default: false, description: "The wire's nsfw flag." },
      promptId: {
        type: 'string',
        minLength: 1,
        description: 'The prompt of the page that answers. Default: model-<model>.',
      },
      end: {
        enum: ['auto', 'event', 'body'],
        default: 'auto',
        description:
          'What counts as the end of an answer: its end event, the end of its body, or what the server shows.',
      },
      timeout: {
        type: ['number', 'object'],
        description: 'Limits in milliseconds: connect, firstToken, idle, total; one number is the total.',
      },
      proxy: {
        type: ['string', 'boolean'],
        description: 'http://, https://, socks5:// or socks5h://; false for none.',
      },
    },
  },
};
