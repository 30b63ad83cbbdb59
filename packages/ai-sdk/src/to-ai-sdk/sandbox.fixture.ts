import { createOpenAICompatible, type OpenAICompatibleOptions } from '@sluice/provider-openai-compatible';
import { createRegistry, type Registry } from '@sluice/registry';
import { createSandbox, type Sandbox, type SandboxOptions } from '@sluice/sandbox';
import * as newest from 'ai';
import * as lowest from 'ai-lowest';
import { onTestFinished } from 'vitest';
import { createSluice, type SluiceOptions, type SluiceProvider } from './create-sluice.ts';

/** The versions of the AI SDK that are promised to work: both ends of the range. */
export const versions: readonly { readonly version: string; readonly ai: typeof newest }[] = [
  { version: 'the newest', ai: newest },
  // What the tests use of both is the same; what the newest has beyond it, they don't use.
  { version: 'the lowest', ai: lowest as unknown as typeof newest },
];

/** What a test works with. */
export interface Bench {
  readonly sandbox: Sandbox;
  /** Three targets in this order: `one`, `two`, `three`. */
  readonly registry: Registry;
  /** The registry in the AI SDK; its route `all` has the three targets. */
  readonly sluice: SluiceProvider;
  /** One provider alone. */
  bare(options?: SluiceOptions, provider?: Partial<OpenAICompatibleOptions>): SluiceProvider;
  /** How many answers each of the three was asked for. */
  asked(): readonly number[];
}

const services = ['openai', 'vllm', 'llamacpp'] as const;

/** A sandbox with three targets behind a registry; all of it ends with the test. */
export async function startBench(
  options: SandboxOptions = {},
  sluiceOptions: SluiceOptions = {},
): Promise<Bench> {
  const sandbox = await createSandbox({
    answerTokens: 20,
    services: { openai: { anyModel: true } },
    ...options,
  });
  const at = (id: string, service: (typeof services)[number], more: Partial<OpenAICompatibleOptions> = {}) =>
    createOpenAICompatible({
      id,
      baseURL: sandbox.urls[service],
      models: ['sandbox'],
      defaultModel: 'sandbox',
      ...more,
    });
  const registry = createRegistry({
    providers: [at('one', 'openai'), at('two', 'vllm'), at('three', 'llamacpp')],
    routes: { all: { targets: ['one:sandbox', 'two:sandbox', 'three:sandbox'], strategy: 'ordered' } },
    retry: { baseMs: 1, maxMs: 2 },
  });
  const opened = [registry as { close(): Promise<void> }];
  onTestFinished(async () => {
    for (const each of opened) await each.close();
    await sandbox.close();
  });
  return {
    sandbox,
    registry,
    sluice: createSluice(registry, sluiceOptions),
    bare(given = {}, more = {}) {
      const provider = at('one', 'openai', more);
      opened.push(provider);
      return createSluice(provider, given);
    },
    asked: () => services.map((service) => sandbox.requestsTo({ service, phase: 'message' }).length),
  };
}

/** The one who ended the exchange, and whether the socket was closed 250 ms after `from` (of `performance.now()`). */
export async function closedByClient(sandbox: Sandbox, from: number): Promise<void> {
  const request = await sandbox.waitForRequest({ phase: 'message' });
  const by = await request.ended;
  const tookMs = performance.now() - from;
  if (by !== 'client') throw new Error(`the exchange was ended by the ${by}`);
  if (tookMs > 250) throw new Error(`the socket was closed after ${Math.round(tookMs)} ms`);
}
