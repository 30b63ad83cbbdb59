export { createAcme } from './create-acme.ts';
export { manifest } from './manifest.ts';
export type { AcmeOptions } from './options.ts';
