export { createH2o } from './create-h2o.ts';
export type { H2oEra } from './era.ts';
export { formatPrompt, type PromptMessage } from './format-prompt.ts';
export { manifest } from './manifest.ts';
export type { H2oOptions } from './options.ts';
export type { H2oParameters } from './parameters.ts';
