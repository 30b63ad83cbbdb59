import type { OpenArea } from '../fuzz-property.ts';
import { coreDecoderProperties } from './core-decoders.ts';
import { providerDecoderProperties } from './provider-decoders.ts';

/** Everything that turns bytes into events. */
export async function openDecoders(): Promise<OpenArea> {
  return {
    properties: [...coreDecoderProperties, ...providerDecoderProperties],
    async [Symbol.asyncDispose]() {},
  };
}
