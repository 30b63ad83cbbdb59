import type { ProviderManifest } from '@sluice/core';
import { weakestCapabilities } from './capabilities.ts';
import { eras } from './era.ts';
import { defaultBaseURL, defaultModel, knownModels, modelAliases } from './h2o-server.ts';
import { parameterSchemas } from './parameters.ts';

/** What this package says about itself, also under `sluice` in its package.json. */
export const manifest: ProviderManifest = {
  api: 1,
  id: 'h2o',
  title: 'H2O and chat-ui',
  homepage: 'https://github.com/huggingface/chat-ui',
  factory: 'createH2o',
  working: false,
  needsAuth: false,
  capabilities: weakestCapabilities,
  defaultModel,
  models: knownModels,
  modelAliases,
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      baseURL: {
        type: 'string',
        format: 'uri',
        default: defaultBaseURL,
        description: 'Where chat-ui runs, with the path that it is mounted at.',
      },
      era: {
        enum: ['auto', ...Object.keys(eras)],
        default: 'auto',
        description: 'The version of the protocol; auto learns it from the server.',
      },
      defaultModel: {
        type: 'string',
        minLength: 1,
        default: defaultModel,
        description: 'The model where a request names none.',
      },
      models: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
        description:
          'The models on offer; any other is refused. Default: the server is asked, and takes any.',
      },
      cookieName: {
        type: 'string',
        default: 'hf-chat',
        description: "The session cookie's name: the server's COOKIE_NAME.",
      },
      cookie: {
        type: 'string',
        minLength: 1,
        description: "The session cookie's value, of a signed-in browser. Default: a new session.",
      },
      headers: {
        type: 'object',
        additionalProperties: { type: 'string' },
        description: 'Extra headers for every request.',
      },
      parameters: {
        type: 'object',
        additionalProperties: false,
        properties: parameterSchemas,
        description: 'Generation parameters of every request, where the server takes any (era A).',
      },
      shareConversations: {
        type: 'boolean',
        default: true,
        description: 'Let the operator hand conversations to the authors of the model.',
      },
      keepConversation: {
        type: 'boolean',
        default: false,
        description: 'Leave conversations on the server.',
      },
      thinkTags: {
        enum: ['text', 'reasoning'],
        default: 'reasoning',
        description: 'What becomes of a <think> block at the beginning of an answer.',
      },
      timeout: {
        anyOf: [
          { type: 'number', minimum: 0 },
          {
            type: 'object',
            additionalProperties: false,
            properties: {
              connect: { type: 'number' },
              firstToken: { type: 'number' },
              idle: { type: 'number' },
              total: { type: 'number' },
            },
          },
        ],
        description: 'Limits in milliseconds where a call has none; one number is total.',
      },
      proxy: {
        anyOf: [{ type: 'string' }, { const: false }],
        description: 'http://, https://, socks5:// or socks5h://; false for none.',
      },
      cleanupTimeoutMs: {
        type: 'number',
        exclusiveMinimum: 0,
        default: 5000,
        description: 'The longest that cleaning up after a call may take, in milliseconds.',
      },
    },
  },
};
