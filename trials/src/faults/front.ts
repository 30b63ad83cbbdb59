import type { ChatProvider, ChatStream } from '@sluice/core';
import { createRegistry, type Registry, type RegistryConfig } from '@sluice/registry';
import type { Place } from './facts.ts';
import { healthInWords, seed, seedable } from './health.ts';
import { type GatewayAnswer, openAtGateway } from './http-client.ts';
import { type Lane, registryDefaults } from './lane.ts';
import { answerInWords, readAnswer, receivedInWords } from './read-answer.ts';
import { question } from './wire-cell.ts';

/** One call, whoever takes it: a provider, a registry, or a gateway with an HTTP client in front. */
export interface FrontCall {
  /** Resolves once the caller has the first piece of text; never rejects. */
  readonly begun: Promise<void>;
  /** What the caller got in the end, in words; `meant` is what the upstream meant to say. */
  outcome(meant: string): Promise<string>;
  leave(): void;
}

/** What a caller speaks to. The same words for all three places, so that a scenario is written once. */
export interface Front {
  readonly place: Place;
  readonly registry: Registry | undefined;
  call(prompt?: string, signal?: AbortSignal): FrontCall;
  /** What health recorded since `open`, for so many attempts; nothing where there is no registry. */
  health(tries: number): { readonly health?: string };
  close(): Promise<void>;
}

/** What stands behind a front. */
export interface Behind {
  readonly providers: readonly ChatProvider[];
  readonly config?: Partial<RegistryConfig>;
}

export async function openFront(place: Place, lane: Lane, behind: Behind): Promise<Front> {
  return place === 'alone' ? openProvider(behind) : openRegistry(place, lane, behind);
}

function openProvider({ providers }: Behind): Front {
  const [provider] = providers;
  if (provider === undefined) throw new RangeError('a provider is needed');
  return {
    place: 'alone',
    registry: undefined,
    call: (prompt, signal) => callOf((options) => provider.stream(asking(prompt), options), signal),
    health: () => ({}),
    close: () => provider.close(),
  };
}

async function openRegistry(place: 'registry' | 'gateway', lane: Lane, behind: Behind): Promise<Front> {
  const [first, ...others] = behind.providers;
  if (first === undefined) throw new RangeError('a provider is needed');
  const all = [seedable(first), ...others];
  const registry = createRegistry({
    ...registryDefaults,
    default: all.map(({ id }) => id),
    ...behind.config,
    providers: behind.config?.providers ?? all,
  });
  // Only one target can be told by its health: with several the first failure would lead to the next.
  const isAlone = others.length === 0 && behind.config?.providers === undefined;
  if (isAlone) await registry.stream({ ...question, user: seed }).catch(() => {});
  const url = place === 'gateway' ? await lane.gatewayFor(registry) : undefined;
  return {
    place,
    registry,
    call: (prompt, signal) =>
      url === undefined
        ? callOf((options) => registry.stream(asking(prompt), options), signal)
        : gatewayCall(url, prompt, signal),
    health: (tries) => ({ health: healthInWords(registry.snapshot().targets[0]?.successRate ?? 0, tries) }),
    close: () => registry.close(),
  };
}

function asking(prompt: string | undefined): typeof question {
  return prompt === undefined ? question : { messages: [{ role: 'user', content: prompt }] };
}

function callOf(
  open: (options: { readonly signal: AbortSignal }) => Promise<ChatStream>,
  given: AbortSignal | undefined,
): FrontCall {
  const leaving = new AbortController();
  const begun = Promise.withResolvers<void>();
  const signal = given ?? leaving.signal;
  const received = readAnswer(open({ signal }), begun.resolve);
  return {
    begun: begun.promise,
    outcome: async (meant) => receivedInWords(await received, meant),
    leave: () => leaving.abort(),
  };
}

function gatewayCall(url: string, prompt: string | undefined, given: AbortSignal | undefined): FrontCall {
  const leaving = new AbortController();
  const begun = Promise.withResolvers<void>();
  const signal = given ?? leaving.signal;
  const answer = openAtGateway(url, { ...asking(prompt), stream: true }, { signal }, begun.resolve).catch(
    () => undefined,
  );
  return {
    begun: begun.promise,
    outcome: async (meant) => gatewayInWords(await answer, meant),
    leave: () => leaving.abort(),
  };
}

/** What an HTTP client got of a stream, in words. */
export function gatewayInWords(answer: GatewayAnswer | undefined, meant: string): string {
  if (answer === undefined) return 'the client has left';
  const { status, word, text, ended } = answer;
  if (status !== 200) return `${status} \`${word ?? 'no error object'}\``;
  if (word === undefined)
    return `200, ${answerInWords(text, meant)}${ended ? ', `[DONE]`' : ', no `[DONE]`'}`;
  const part = meant.startsWith(text) ? 'part of the answer' : 'a wrong part of the answer';
  return `200, ${part}, then \`${word}\` in band, ${ended ? 'and `[DONE]`' : 'no `[DONE]`'}`;
}
