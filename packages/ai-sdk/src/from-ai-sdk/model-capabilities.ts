import type { Capabilities, RequestParameter } from '@sluice/core';

/** What a model of specification `v3` takes: it has no effort of reasoning. */
export const olderParameters: readonly RequestParameter[] = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'presencePenalty',
  'frequencyPenalty',
];

/**
 * What is said of a model of the AI SDK, which says nothing itself. Text, tools, JSON and settings have a place in every call,
 * and a model that lacks one of them warns by itself; images, audio and files make many models fail, so they have to be declared.
 */
export const modelCapabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'native',
  vision: 'none',
  json: 'native',
  stop: 'native',
  seed: 'native',
  usage: 'native',
  reasoning: 'native',
  // The abort reaches the model's own request; what its service does about it is not known.
  cancel: 'native',
  audio: 'none',
  files: 'none',
  needsAuth: false,
  parameters: [...olderParameters, 'reasoningEffort'],
};
