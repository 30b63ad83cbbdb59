import { type CallOptions, ChatError, type ChatProvider, type Message } from '@sluice/core';
import { createMeter } from '../chat/meter.ts';

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

/**
 * Asks a target once: no other key, no other target, no second try. Without a model, the first that the provider lists is
 * asked. Throws only `aborted`.
 */
export async function checkTarget(
  subject: Subject,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<TargetCheck> {
  const { provider } = subject;
  const options: CallOptions = { signal, timeout: { firstToken: timeoutMs, total: 2 * timeoutMs } };
  const meter = createMeter();
  try {
    const wanted = subject.model ?? (await firstListed(provider, { signal, timeout: timeoutMs }));
    const stream = await provider.stream({ model: wanted, messages: question }, options);
    for await (const event of stream) {
      meter.add(event);
      if (meter.measured().characters >= longEnough) break;
    }
    const { firstTokenMs, totalMs } = meter.measured();
    const model = stream.model ?? wanted;
    return { works: true, firstTokenMs, totalMs, model };
  } catch (error) {
    if (!ChatError.is(error) || error.code === 'aborted') throw error;
    const { totalMs } = meter.measured();
    if (error.code !== 'model-not-found') return { works: false, totalMs, error };
    const listed = await provider.listModels({ signal, timeout: listingMs }).catch(() => []);
    return { works: false, totalMs, error, models: listed.map(({ id }) => id) };
  }
}

async function firstListed(provider: ChatProvider, options: CallOptions): Promise<string> {
  const [first] = await provider.listModels(options);
  if (first) return first.id;
  throw new ChatError('model-not-found', `${provider.id} lists no model`, { provider: provider.id });
}
