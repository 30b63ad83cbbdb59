import {
  CallScope,
  type Capabilities,
  ChatError,
  type ChatErrorCode,
  type ChatEvent,
  type ChatProvider,
  openChatStream,
} from '@sluice/core';

/** A call that a puppet was given and that waits for what it is told. */
export interface PuppetCall {
  readonly target: string;
  readonly begun: boolean;
  say(text: string): void;
  finish(): void;
  fail(code: ChatErrorCode, retryAfterMs?: number): void;
}

/** A provider that does nothing by itself: each of its calls waits for the next command. */
export interface Puppet extends ChatProvider {
  /** Calls that are open, oldest first. */
  readonly calls: readonly PuppetCall[];
  /** Calls that were ever made. */
  readonly made: () => number;
}

const capabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'native',
  vision: 'native',
  json: 'native',
  stop: 'native',
  seed: 'native',
  usage: 'native',
  reasoning: 'native',
  cancel: 'native',
  needsAuth: false,
};

export function createPuppet(id: string): Puppet {
  const calls: PuppetCall[] = [];
  let made = 0;
  return {
    id,
    capabilities,
    calls,
    made: () => made,
    listModels: async () => [],
    close: async () => {},
    stream(request, { signal } = {}) {
      made += 1;
      const scope = new CallScope({
        ...(signal ? { signal } : {}),
        timeout: { connect: 0, firstToken: 0, idle: 0 },
      });
      const queue: (ChatEvent | ChatError)[] = [];
      let wake: (() => void) | undefined;
      let begun = false;
      const push = (what: ChatEvent | ChatError): void => {
        queue.push(what);
        wake?.();
      };
      const call: PuppetCall = {
        target: id,
        get begun() {
          return begun;
        },
        say(text) {
          begun = true;
          push({ type: 'text-delta', text });
        },
        finish: () => push({ type: 'finish', reason: 'stop' }),
        fail: (code, retryAfterMs) =>
          push(
            new ChatError(code, `${id} failed`, {
              provider: id,
              sent: 'yes',
              ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
            }),
          ),
      };
      const forget = (): void => {
        const at = calls.indexOf(call);
        if (at >= 0) calls.splice(at, 1);
      };
      calls.push(call);
      return openChatStream({
        provider: id,
        model: request.model,
        scope,
        open: () => ({
          pull(into) {
            const next = queue.shift();
            if (ChatError.is(next)) throw next;
            if (next) {
              into.push(next);
              return true;
            }
            return new Promise<boolean>((resolve) => {
              wake = () => resolve(true);
            });
          },
          close: forget,
        }),
      }).catch((error: unknown) => {
        forget();
        throw error;
      });
    },
  };
}
