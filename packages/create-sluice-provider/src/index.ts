export type { Answers, Protocol } from './answers.ts';
export { type CreateOptions, createProviderPackage, UnusableAnswerError } from './create-provider-package.ts';
export type { Files } from './render-package.ts';
