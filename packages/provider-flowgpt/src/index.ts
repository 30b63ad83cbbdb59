export { createFlowGpt } from './create-flowgpt.ts';
export { manifest } from './manifest.ts';
export type { FlowGptOptions } from './options.ts';
export type { EndRule } from './reply-decoder.ts';
export type { FlowGptRequestOptions } from './request-options.ts';
export { createDeviceId, createNonce, type RandomBytes, type SignedParts, signatureOf } from './signature.ts';
