import {
  asChatError,
  type CallOptions,
  ChatError,
  type ChatProvider,
  type Message,
  type Timeouts,
} from '@sluice/core';
import { createMeter, type Meter } from '../chat/meter.ts';
import { hardLimit } from './hard-limit.ts';

/** One model of one provider, with one of its keys. */
export interface Subject {
  /** `provider:model`, as requests name it, and the provider alone where nothing says which model. */
  readonly target: string;
  /** The provider's name in the configuration. */
  readonly name: string;
  readonly model?: string;
  readonly provider: ChatProvider;
  /** The variable that holds the key, where the provider has several. */
  readonly credential?: string;
}

/** What came of asking a target. Times are in milliseconds, from the question on. */
export type TargetCheck =
  | {
      readonly works: true;
      readonly firstTokenMs: number;
      readonly totalMs: number;
      /** The model that says that it answered. */
      readonly model?: string;
    }
  | {
      readonly works: false;
      readonly totalMs: number;
      readonly error: ChatError;
      /** The models that the provider lists, where the one that was asked for is not among them. */
      readonly models?: readonly string[];
    };

const question: readonly Message[] = [{ role: 'user', content: 'Reply with the word OK and nothing else.' }];

/** Whoever has said so much works. In characters. */
const longEnough = 400;

/** How long a list of models may take, in milliseconds: it is only a help. */
const listingMs = 5_000;

/** What a provider that does not heed its own limits gets beyond them, in milliseconds. */
const graceMs = 500;

/**
 * Asks a target once: no other key, no other target, no second try. Without a model, the first that the provider lists is
 * asked. Whatever the provider throws is what does not work, and one that hangs is left. Throws only `aborted`, by its signal.
 */
export async function checkTarget(
  subject: Subject,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TargetCheck> {
  const { provider } = subject;
  const totalMs = 2 * timeoutMs;
  const meter = createMeter();
  const longest = hardLimit(signal, totalMs + graceMs);
  try {
    const options: CallOptions = {
      signal: longest.signal,
      timeout: { firstToken: timeoutMs, total: totalMs },
    };
    const model = await longest.race(ask(subject, options, meter));
    const { firstTokenMs, totalMs: tookMs } = meter.measured();
    return { works: true, firstTokenMs, totalMs: tookMs, model };
  } catch (thrown) {
    if (signal.aborted) throw new ChatError('aborted', 'the check was cancelled', { cause: thrown });
    const error = asChatError(thrown, { provider: provider.id });
    const { totalMs: tookMs } = meter.measured();
    if (error.code !== 'model-not-found') return { works: false, totalMs: tookMs, error };
    return { works: false, totalMs: tookMs, error, models: await listedBy(provider, signal) };
  } finally {
    longest.end();
  }
}

/** The model that answered. */
async function ask({ provider, model }: Subject, options: CallOptions, meter: Meter): Promise<string> {
  const { signal, timeout } = options as { readonly signal: AbortSignal; readonly timeout: Timeouts };
  const wanted = model ?? (await firstListed(provider, { signal, timeout: timeout.firstToken ?? listingMs }));
  const stream = await provider.stream({ model: wanted, messages: question }, options);
  for await (const event of stream) {
    meter.add(event);
    if (meter.measured().characters >= longEnough) break;
  }
  return stream.model ?? wanted;
}

async function listedBy(provider: ChatProvider, signal: AbortSignal): Promise<readonly string[]> {
  const longest = hardLimit(signal, listingMs + graceMs);
  const list = async (): Promise<readonly string[]> => {
    const models = await provider.listModels({ signal: longest.signal, timeout: listingMs });
    return models.map(({ id }) => id);
  };
  return await longest
    .race(list())
    .catch(() => [])
    .finally(longest.end);
}

async function firstListed(provider: ChatProvider, options: CallOptions): Promise<string> {
  const [first] = await provider.listModels(options);
  if (first) return first.id;
  throw new ChatError('model-not-found', `${provider.id} lists no model`, { provider: provider.id });
}
