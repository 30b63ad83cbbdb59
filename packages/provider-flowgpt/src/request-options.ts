import { ChatError, closest } from '@sluice/core';
import { providerId } from './manifest.ts';

/** Fields of FlowGPT's own wire for one request: `providerOptions: { flowgpt: … }`. */
export interface FlowGptRequestOptions {
  /** The wire's `nsfw` flag. Default: the provider's. */
  readonly nsfw?: boolean;
  /** The prompt of the page that answers. Default: the provider's, else `model-<model>`. */
  readonly promptId?: string;
  /** Documents that were uploaded on the page. Default: none. */
  readonly documentIds?: readonly string[];
  /** Files that were uploaded in the chat. Default: none. */
  readonly chatFileDocumentIds?: readonly string[];
}

interface Field {
  readonly fits: (value: unknown) => boolean;
  readonly expected: string;
}

const strings: Field = {
  fits: (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string'),
  expected: 'an array of strings',
};

const fields: { readonly [Name in keyof Required<FlowGptRequestOptions>]: Field } = {
  nsfw: { fits: (value) => typeof value === 'boolean', expected: 'true or false' },
  promptId: {
    fits: (value) => typeof value === 'string' && value !== '',
    expected: 'a non-empty string',
  },
  documentIds: strings,
  chatFileDocumentIds: strings,
};

/** Throws `invalid-request` for a field that FlowGPT's wire lacks, or that is not what it must be. */
export function checkRequestOptions(options: { readonly [name: string]: unknown }): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const path = `providerOptions.${providerId}.${name}`;
    if (!Object.hasOwn(fields, name)) {
      const known = Object.keys(fields);
      const near = closest(name, known);
      const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
      throw new ChatError('invalid-request', `${path} is not an option of FlowGPT; ${hint}`);
    }
    const field = fields[name as keyof FlowGptRequestOptions];
    if (!field.fits(value)) throw new ChatError('invalid-request', `${path} must be ${field.expected}`);
  }
}
