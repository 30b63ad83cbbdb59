export { type FromLanguageModelOptions, fromLanguageModel } from './from-ai-sdk/from-language-model.ts';
export { createSluice, type SluiceOptions, type SluiceProvider } from './to-ai-sdk/create-sluice.ts';
export type { SluiceCallOptions } from './to-ai-sdk/own-options.ts';
