export { createYlokh, type YlokhOptions, type YlokhRequestOptions } from './create-ylokh.ts';
export { manifest } from './manifest.ts';
