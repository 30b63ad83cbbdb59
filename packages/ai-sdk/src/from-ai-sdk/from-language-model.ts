import type { LanguageModelV3, LanguageModelV4 } from '@ai-sdk/provider';
import {
  applyStopSequences,
  asChatError,
  CallScope,
  type Capabilities,
  ChatError,
  type ChatProvider,
  negotiate,
  openChatStream,
  promptTexts,
  resolveModelName,
  type Timeouts,
  validateCallOptions,
  validateRequest,
} from '@sluice/core';
import { headerCredentials } from '@sluice/core/http';
import { asV4 } from './as-v4.ts';
import { callOptionsOf } from './call-options.ts';
import { modelCapabilities, olderParameters } from './model-capabilities.ts';
import { type FailedCall, modelError } from './model-error.ts';
import { streamedSource, wholeSource } from './model-source.ts';
import type { SupportedUrls } from './prompt.ts';

/** Options of `fromLanguageModel`. */
export interface FromLanguageModelOptions {
  /** Id of the provider. Default: the model's own, `openai` of `openai.chat`. */
  readonly id?: string;
  /** What the model can do beyond the default, which knows of text, tools and JSON, but of no images, audio and files. */
  readonly capabilities?: Partial<Capabilities>;
  /** Other names for the model. Default: none; it is also the default model. */
  readonly aliases?: readonly string[];
  /** Limits in milliseconds where a call has none; one number is the total. `connect` has no effect: the AI SDK doesn't tell when it is connected. */
  readonly timeout?: number | Timeouts;
  /** Keys that the model holds: they are taken out of errors. The AI SDK doesn't tell them. */
  readonly credentials?: readonly string[];
  /** The key under which the model looks for its `providerOptions`. Default: `openai` of `openai.chat`. */
  readonly providerOptionsName?: string;
}

/**
 * Makes a model of the AI SDK a Sluice provider, so that it takes part in routing and failover. Give it to a registry, which
 * owns the retries: the AI SDK's own happen above its models, and there are none here.
 *
 * Takes models of specification `v4` (`ai` 7) and `v3` (`ai` 6). Throws a `TypeError` for others.
 *
 * @example
 * const registry = createRegistry({ providers: [fromLanguageModel(anthropic('claude-sonnet-4-5')), createH2o()] });
 */
export function fromLanguageModel(
  model: LanguageModelV4 | LanguageModelV3,
  options: FromLanguageModelOptions = {},
): ChatProvider {
  const asked = asV4(model);
  const { modelId } = asked;
  const ownName = asked.provider.split('.')[0]?.trim() ?? '';
  const id = options.id ?? idOf(ownName);
  const capabilities: Capabilities = {
    ...modelCapabilities,
    ...(model.specificationVersion === 'v3' ? { parameters: olderParameters } : {}),
    ...options.capabilities,
  };
  const carried = new Set<string>(capabilities.parameters);
  if (capabilities.seed !== 'none') carried.add('seed');
  const names = {
    open: false,
    defaultModel: modelId,
    models: [modelId],
    aliases: Object.fromEntries((options.aliases ?? []).map((alias) => [alias, modelId])),
  };
  const open = new Set<CallScope>();
  let closed = false;

  return {
    id,
    capabilities,
    async listModels(call = {}) {
      validateCallOptions(call);
      if (call.signal?.aborted) throw new CallScope(call).error;
      return [{ id: modelId, source: 'manifest' }];
    },
    async stream(request, call = {}) {
      validateCallOptions(call);
      validateRequest(request);
      resolveModelName(request.model, names, id);
      const negotiated = negotiate(request, capabilities, id);
      if (typeof call.proxy === 'string') {
        throw new ChatError(
          'unsupported',
          `${id} cannot use a proxy for one call; give its model a fetch that does`,
          {
            provider: id,
            model: modelId,
          },
        );
      }
      if (closed) throw new ChatError('aborted', `${id} was closed`, { provider: id, model: modelId });
      const abort = new AbortController();
      const scope = new CallScope(call, options.timeout);
      open.add(scope);
      try {
        const failed = {
          provider: id,
          model: modelId,
          secrets: {
            credentials: [...(options.credentials ?? []), ...headerCredentials(call.headers)],
            prompts: promptTexts(request.messages),
          },
          get nowMs() {
            return Date.now();
          },
        };
        const { options: callOptions, warnings } = callOptionsOf(request, call, {
          id,
          providerOptionsName: options.providerOptionsName ?? ownName,
          urls: await urlsOf(asked, scope, failed),
          signal: abort.signal,
          stopsLocally: negotiated.localStops.length > 0,
          carried,
        });
        scope.onCancel(() => abort.abort());
        const source = call.stream === false ? wholeSource : streamedSource;
        return await openChatStream({
          provider: id,
          model: modelId,
          scope,
          first: [...negotiated.warnings, ...warnings],
          open: async () => {
            const opened = await source(asked, callOptions, failed, () => abort.abort());
            const ours = {
              ...opened,
              close(outcome: 'finished' | 'cancelled' | 'failed') {
                open.delete(scope);
                return opened.close(outcome);
              },
            };
            return negotiated.localStops.length > 0 ? applyStopSequences(ours, negotiated.localStops) : ours;
          },
        });
      } catch (thrown) {
        scope.close();
        open.delete(scope);
        throw asChatError(thrown, { provider: id, model: modelId });
      }
    },
    async close() {
      closed = true;
      for (const scope of open) scope.cancel(new ChatError('aborted', `${id} was closed`, { provider: id }));
      open.clear();
    },
  };
}

/** The addresses that the model takes. It may have to look them up: that fails like a call, and lasts no longer than the call. */
async function urlsOf(
  model: LanguageModelV4,
  scope: CallScope,
  failed: Omit<FailedCall, 'answered'>,
): Promise<SupportedUrls> {
  const cancelled = Promise.withResolvers<never>();
  const takeBack = scope.onCancel(cancelled.reject);
  try {
    return await Promise.race([model.supportedUrls, cancelled.promise]);
  } catch (thrown) {
    throw modelError(thrown, { ...failed, answered: false });
  } finally {
    takeBack();
  }
}

/** An id of ours from a name of theirs. */
function idOf(name: string): string {
  const id = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return id === '' ? 'ai-sdk' : id;
}
