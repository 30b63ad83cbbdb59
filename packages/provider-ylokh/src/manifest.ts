import type { ProviderManifest } from '@sluice/core';
import { wireCapabilities } from '@sluice/provider-openai-compatible';

export const providerId = 'ylokh';
export const defaultBaseURL = 'https://chatapi.ylokh.xyz/v1';
export const defaultModel = 'gpt-3.5-turbo';

/** What the package says about itself; the same as under `sluice` in its package.json. */
export const manifest: ProviderManifest = {
  api: 1,
  id: providerId,
  title: 'Ylokh',
  homepage: 'https://chat.ylokh.xyz',
  entry: '.',
  factory: 'createYlokh',
  // The original client gave it up in October 2023.
  working: false,
  needsAuth: false,
  capabilities: {
    ...wireCapabilities,
    // Not asked for by default; what the server reports all the same is delivered.
    usage: 'none',
    reasoning: 'none',
    audio: 'none',
    files: 'none',
    // Nothing is known of what it did when its client left.
    cancel: 'none',
  },
  defaultModel,
  models: [defaultModel],
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      id: {
        type: 'string',
        pattern: '^[a-z0-9][a-z0-9-]*$',
        default: providerId,
        description: 'Names the provider in errors, in providerOptions and in a registry.',
      },
      baseURL: {
        type: 'string',
        format: 'uri',
        default: defaultBaseURL,
        description: 'The address of the API, with its /v1.',
      },
      apiKey: { type: 'string', description: 'Sent as Authorization: Bearer. Ylokh needed none.' },
      headers: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Sent with every request.',
      },
      defaults: {
        type: 'object',
        default: { temperature: 1, presencePenalty: 0, topP: 1, frequencyPenalty: 0 },
        description: 'Request fields for calls that do not set them.',
      },
      allowFallback: {
        type: 'boolean',
        default: true,
        description: 'Whether another model may answer when the one asked for cannot.',
      },
      defaultModel: {
        type: 'string',
        default: defaultModel,
        description: 'The model for calls that name none.',
      },
      models: {
        type: 'array',
        items: { type: 'string' },
        default: [defaultModel],
        description: 'The models on offer; other names are passed on all the same.',
      },
      modelAliases: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Other names for models.',
      },
      includeUsage: {
        type: 'boolean',
        default: false,
        description: 'Ask for token counts at the end of streams.',
      },
      timeout: {
        description: 'Limits in milliseconds for calls that set none; one number is the total.',
        anyOf: [
          { type: 'number', minimum: 0 },
          {
            type: 'object',
            additionalProperties: false,
            properties: {
              connect: { type: 'number', minimum: 0 },
              firstToken: { type: 'number', minimum: 0 },
              idle: { type: 'number', minimum: 0 },
              total: { type: 'number', minimum: 0 },
            },
          },
        ],
      },
      proxy: {
        description: 'http, https, socks5 or socks5h URL; false for none.',
        anyOf: [{ type: 'string' }, { const: false }],
      },
    },
  },
};
