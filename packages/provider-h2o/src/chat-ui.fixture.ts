import type { ChatRequest } from '@sluice/core';
import type { EraName, Sandbox } from '@sluice/sandbox';

export const eraNames = ['a', 'b', 'c', 'd', 'e'] as const;

/** A request of one message. */
export function ask(content: string, more: Partial<ChatRequest> = {}): ChatRequest {
  return { messages: [{ role: 'user', content }], ...more };
}

/** The steps that a server saw, in order: `create`, `message 500`; a status is named where it is no success. */
export function stepsOf(sandbox: Sandbox, era: EraName, from = 0): readonly string[] {
  return sandbox.requests
    .slice(from)
    .filter(({ service }) => service === `h2o-${era}`)
    .map(({ phase, status = 0 }) => (status < 400 ? phase : `${phase} ${status}`));
}

/** Nothing of any call is left on the servers: no conversation, and nothing that still generates. */
export function nothingLeft(sandbox: Sandbox): Promise<void> {
  return sandbox.waitUntil(() => sandbox.conversations.length === 0 && sandbox.activeGenerations === 0);
}

/** The failure of a promise that must fail. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}
