import { type LanguageModelV4, NoSuchModelError, type ProviderV4 } from '@ai-sdk/provider';
import installed from '@ai-sdk/provider/package.json' with { type: 'json' };
import type { CallOptions, ChatProvider } from '@sluice/core';
import { knowsInterrupted } from './finish-reason.ts';
import { createLanguageModel, type ModelSettings } from './language-model.ts';

/** Options of `createSluice`. */
export interface SluiceOptions {
  /** Key of the adapter in `providerOptions` and `providerMetadata`, and its name in the AI SDK's telemetry. Default `'sluice'`. */
  readonly name?: string;
  /** Limits of every call in milliseconds; one number is the total. Default: those of the provider. */
  readonly timeout?: CallOptions['timeout'];
  /** Proxy of every call; `false` for none. Default: the provider's. */
  readonly proxy?: CallOptions['proxy'];
  /** Headers of every call; those of a call win. A registry sends them to every target that it tries. */
  readonly headers?: CallOptions['headers'];
  /**
   * Addresses that the upstream fetches itself, by media type, as `LanguageModelV4.supportedUrls`. Default: none. Then the
   * AI SDK downloads files and sends their data, which every target can take.
   *
   * @example
   * createSluice(registry, { supportedUrls: { 'image/*': [/^https:/] } });
   */
  readonly supportedUrls?: { readonly [mediaType: string]: readonly RegExp[] };
  /**
   * Whether the finish reason `interrupted` is known to the `ai` that is used (7.0.149 and newer). Default: whether the
   * installed `@ai-sdk/provider` has it. Without it an answer that was cut ends with `error`.
   */
  readonly interrupted?: boolean;
  /**
   * Whether `generateText` asks the upstream for one whole answer. Default `false`: it is streamed and gathered here, so that
   * a long answer has no time limit for its first byte, and one that is cut is told from a short one.
   */
  readonly wholeAnswers?: boolean;
}

/** Sluice as a provider of the AI SDK: call it with a model's id, or hand it to `createProviderRegistry`. */
export interface SluiceProvider extends ProviderV4 {
  /** A model by any name that the provider takes. Default: its default model. */
  (modelId?: string): LanguageModelV4;
  /** The same. */
  languageModel(modelId?: string): LanguageModelV4;
}

/**
 * Makes the models of a Sluice provider, or of a registry, models of the AI SDK.
 *
 * A model is named as in a registry, `provider:model` included, also where there is one provider alone: moving on to a registry changes no
 * names. A name is looked up when it is called. The provider stays the caller's to close.
 *
 * @example
 * const sluice = createSluice(registry);
 * const { textStream } = streamText({ model: sluice('ylokh:gpt-3.5-turbo'), prompt: 'Hello' });
 */
export function createSluice(provider: ChatProvider, options: SluiceOptions = {}): SluiceProvider {
  const { timeout, proxy, headers } = options;
  const settings: ModelSettings = {
    provider,
    name: options.name ?? 'sluice',
    call: {
      ...(timeout === undefined ? {} : { timeout }),
      ...(proxy === undefined ? {} : { proxy }),
      ...(headers === undefined ? {} : { headers }),
    },
    supportedUrls: Object.fromEntries(
      Object.entries(options.supportedUrls ?? {}).map(([mediaType, patterns]) => [mediaType, [...patterns]]),
    ),
    interruptedIsKnown: options.interrupted ?? knowsInterrupted(installed.version),
    wholeAnswers: options.wholeAnswers ?? false,
  };
  const languageModel = (modelId?: string): LanguageModelV4 =>
    createLanguageModel(settings, modelId || 'default', modelOf(modelId, provider));
  const refuse =
    (modelType: 'embeddingModel' | 'imageModel') =>
    (modelId: string): never => {
      throw new NoSuchModelError({
        modelId,
        modelType,
        message: `Sluice has chat models only; ${modelId} cannot be used as ${modelType}`,
      });
    };
  return Object.assign((modelId?: string): LanguageModelV4 => languageModel(modelId), {
    specificationVersion: 'v4' as const,
    languageModel,
    embeddingModel: refuse('embeddingModel'),
    imageModel: refuse('imageModel'),
  });
}

/** What to ask the provider for. A registry reads all names itself; a provider knows its models without its own id before them. */
function modelOf(modelId: string | undefined, provider: ChatProvider): string | undefined {
  if (!modelId) return undefined;
  if ('plan' in provider) return modelId;
  if (modelId === provider.id) return undefined;
  return modelId.startsWith(`${provider.id}:`) ? modelId.slice(provider.id.length + 1) : modelId;
}
