import type { ProviderManifest } from '@sluice/core';
import { weakestCapabilities } from './capabilities.ts';
import { eras } from './era.ts';
import { defaultBaseURL } from './options.ts';

/** The models of H2O's own server. */
const falcon40b = 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1';
const falcon7b = 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3';
const llama13b = 'h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b';

/** What this package says about itself, also under `sluice` in its package.json. */
export const manifest: ProviderManifest = {
  api: 1,
  id: 'h2o',
  title: 'H2O and chat-ui',
  homepage: 'https://github.com/huggingface/chat-ui',
  entry: '.',
  factory: 'createH2o',
  working: false,
  needsAuth: false,
  capabilities: weakestCapabilities,
  defaultModel: falcon40b,
  models: [falcon40b, falcon7b, llama13b],
  modelAliases: { 'falcon-40b': falcon40b, 'falcon-7b': falcon7b, 'llama-13b': llama13b },
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      baseURL: { type: 'string', format: 'uri', default: defaultBaseURL },
      era: { enum: ['auto', ...Object.keys(eras)], default: 'auto' },
      defaultModel: { type: 'string', default: falcon40b },
      models: { type: 'array', items: { type: 'string' }, minItems: 1 },
      cookieName: { type: 'string', default: 'hf-chat' },
      cookie: { type: 'string' },
      headers: { type: 'object', additionalProperties: { type: 'string' } },
      parameters: {
        type: 'object',
        additionalProperties: false,
        properties: {
          temperature: { type: 'number' },
          truncate: { type: 'integer' },
          max_new_tokens: { type: 'integer' },
          do_sample: { type: 'boolean' },
          repetition_penalty: { type: 'number' },
          return_full_text: { type: 'boolean' },
          top_p: { type: 'number' },
          top_k: { type: 'integer' },
          typical_p: { type: 'number' },
          seed: { type: 'integer' },
          stop: { type: 'array', items: { type: 'string' } },
          watermark: { type: 'boolean' },
          details: { type: 'boolean' },
        },
      },
      shareConversations: { type: 'boolean', default: true },
      keepConversation: { type: 'boolean', default: false },
      thinkTags: { enum: ['text', 'reasoning'], default: 'reasoning' },
      timeout: {
        anyOf: [
          { type: 'number' },
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
      },
      proxy: { anyOf: [{ type: 'string' }, { const: false }] },
      cleanupTimeoutMs: { type: 'number', exclusiveMinimum: 0, default: 5000 },
    },
  },
};
