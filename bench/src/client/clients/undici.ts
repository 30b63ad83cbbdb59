import { oursFolder } from '../../install/folders.ts';
import { importFrom } from '../../install/import-from.ts';

interface Body extends AsyncIterable<Uint8Array> {
  text(): Promise<string>;
}

/** What the hand-written clients use of undici. */
export interface Undici {
  request(
    url: string,
    options: {
      readonly method: string;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: string;
      readonly dispatcher: UndiciAgent;
    },
  ): Promise<{
    readonly statusCode: number;
    readonly headers: { readonly [name: string]: string | string[] | undefined };
    readonly body: Body;
  }>;
  readonly Agent: new () => UndiciAgent;
}

export interface UndiciAgent {
  close(): Promise<void>;
}

/** The undici that ours is built on, in the same version. */
export function importUndici(): Promise<Undici> {
  return importFrom<Undici>(oursFolder, 'undici');
}
