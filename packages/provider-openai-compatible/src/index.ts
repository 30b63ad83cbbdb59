export { wireCapabilities } from './capabilities.ts';
export { createOpenAICompatible } from './create-openai-compatible.ts';
export type { DefaultParameters } from './encode-request.ts';
export type { JsonObjectStyle } from './encode-response-format.ts';
export { manifest } from './manifest.ts';
export type { OpenAICompatibleOptions } from './options.ts';
