import { type ChatProvider, type Message, textOf } from '@sluice/core';
import { defineHttpProvider } from '@sluice/core/http';
import { EchoDecoder } from './echo-decoder.ts';
import { manifest } from './manifest.ts';

/** Options of `createEcho`. */
export interface EchoOptions {
  /** Names the provider in errors and in a registry. Default `echo`. */
  readonly id?: string;
  /** Address of the server, without the path `/echo`. */
  readonly baseURL: string;
  /** Sent as `x-echo-key`, for servers that want one. */
  readonly apiKey?: string;
}

/**
 * A provider that says what it is told. The codec is all there is to write: `defineHttpProvider` brings the commit point, limits,
 * cancellation, stop sequences and errors.
 *
 * @example
 * const provider = createEcho({ baseURL: 'http://127.0.0.1:8080' });
 */
export function createEcho({ id = manifest.id, baseURL, apiKey }: EchoOptions): ChatProvider {
  return defineHttpProvider({
    id,
    capabilities: manifest.capabilities,
    models: {
      models: manifest.models,
      aliases: manifest.modelAliases,
      defaultModel: manifest.defaultModel,
      open: false,
    },
    credentials: apiKey === undefined ? [] : [apiKey],
    encode: ({ model, messages }) => ({
      method: 'POST',
      url: `${baseURL.replace(/\/+$/, '')}/echo`,
      headers: { 'content-type': 'application/json', 'x-echo-key': apiKey },
      body: JSON.stringify({ voice: model, say: question(messages) }),
    }),
    decode: () => new EchoDecoder(id),
  });
}

/** The capabilities say that there is no history, so the last message is the only one that can be asked. */
function question(messages: readonly Message[]): string {
  return textOf(messages.at(-1)?.content ?? '');
}
