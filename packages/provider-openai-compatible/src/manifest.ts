import type { ProviderManifest } from '@sluice/core';
import { wireCapabilities } from './capabilities.ts';

/** What the package says about itself; the same as under `sluice` in its package.json. */
export const manifest: ProviderManifest = {
  api: 1,
  id: 'openai-compatible',
  title: 'OpenAI-compatible server',
  homepage: 'https://platform.openai.com/docs/api-reference/chat',
  entry: '.',
  factory: 'createOpenAICompatible',
  // There is no default address: baseURL says which server it is.
  working: false,
  needsAuth: false,
  capabilities: wireCapabilities,
  options: {
    type: 'object',
    required: ['baseURL'],
    additionalProperties: false,
    properties: {
      id: {
        type: 'string',
        pattern: '^[a-z0-9][a-z0-9-]*$',
        default: 'openai-compatible',
        description: 'Names the provider in errors, in providerOptions and in a registry.',
      },
      baseURL: {
        type: 'string',
        format: 'uri',
        examples: ['http://localhost:11434/v1'],
        description: 'The address of the API, with its /v1.',
      },
      apiKey: { type: 'string', description: 'Sent as Authorization: Bearer.' },
      headers: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Sent with every request.',
      },
      defaults: { type: 'object', description: 'Request fields for calls that do not set them.' },
      defaultModel: { type: 'string', description: 'The model for calls that name none.' },
      models: {
        type: 'array',
        items: { type: 'string' },
        description: 'The models on offer; without it the server is asked.',
      },
      modelAliases: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Other names for models.',
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
      extraFields: { type: 'object', description: 'Fields that go into every body as they are.' },
      maxTokensField: {
        enum: ['max_tokens', 'max_completion_tokens'],
        default: 'max_tokens',
        description: 'The field for maxOutputTokens.',
      },
      jsonObject: {
        enum: ['json_object', 'json_schema'],
        default: 'json_object',
        description: 'How any JSON object is asked for.',
      },
      includeUsage: {
        type: 'boolean',
        default: true,
        description: 'Ask for token counts at the end of streams.',
      },
      developerRole: {
        enum: ['system', 'developer'],
        default: 'system',
        description: 'The role for developer messages.',
      },
      fieldOrder: {
        type: 'array',
        items: { type: 'string' },
        description: 'The names of the fields to write first in a body.',
      },
      capabilities: { type: 'object', description: 'What the server or its model cannot do.' },
    },
  },
};
