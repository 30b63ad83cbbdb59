import { readdirSync, readFileSync } from 'node:fs';

/** One exchange of a captured call. */
export interface CapturedExchange {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: { readonly text: string } | null;
  readonly reply: {
    readonly status: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly chunks: readonly { readonly text: string }[];
  };
}

/** A captured call of the original client; see fixtures/README.md. */
export interface Capture {
  readonly case: string;
  readonly title: string;
  readonly input: {
    readonly model: string | null;
    readonly messages: readonly { readonly role: string; readonly content: unknown }[];
    readonly kwargs: { readonly [name: string]: unknown };
  };
  readonly requests: readonly CapturedExchange[];
  readonly result: { readonly outcome: string; readonly text: string; readonly chunks: readonly string[] };
}

const folder = new URL('../fixtures/captures/', import.meta.url);

/** Every captured call, by name. */
export const captures: readonly Capture[] = readdirSync(folder)
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Capture);
