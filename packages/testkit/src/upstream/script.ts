import type { ScriptedExchange } from './scripted-upstream.ts';

/** Something that a script does beside writing bytes. */
export type Action =
  /** Ends the connection with a reset: the other side sees an error. */
  | { readonly action: 'reset' }
  /** Closes our half of the connection: the other side sees its end. */
  | { readonly action: 'half-close' }
  /** Nothing more, until the other side has gone. */
  | { readonly action: 'stall' }
  /** Nothing, until the promise settles or the other side has gone. */
  | { readonly action: 'wait'; readonly until: PromiseLike<unknown> }
  /** Nothing for a while. Prefer `waitFor` with a signal. */
  | { readonly action: 'pause'; readonly ms: number };

/** One step: exactly these bytes (text as UTF-8), in one write, or an action. */
export type Step = string | Uint8Array | Action;

/**
 * What an upstream does with a request: the same steps each time, or a function of the exchange. As a generator it can await
 * whatever it likes between its steps; it is closed when the other side has gone.
 *
 * @example
 * const script: Script = async function* (exchange) {
 *   yield replyHead(200, { 'content-type': 'text/event-stream' });
 *   yield chunk('data: one\n\n');
 *   await reader.gotIt;
 *   yield reset;
 * };
 */
export type Script = readonly Step[] | ((exchange: ScriptedExchange) => Iterable<Step> | AsyncIterable<Step>);

export const reset: Step = { action: 'reset' };
export const halfClose: Step = { action: 'half-close' };
export const stall: Step = { action: 'stall' };

/** Waits for a signal. */
export function waitFor(until: PromiseLike<unknown>): Step {
  return { action: 'wait', until };
}

/** Waits for a time, in milliseconds. */
export function pause(ms: number): Step {
  return { action: 'pause', ms };
}
