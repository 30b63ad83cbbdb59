import type {
  JSONObject,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4GenerateResult,
} from '@ai-sdk/provider';
import {
  type CallOptions,
  type ChatProvider,
  type ChatRequest,
  type ChatResult,
  type ChatStream,
  Collector,
} from '@sluice/core';
import { failureOf } from './call-error.ts';
import { callHeaders } from './call-headers.ts';
import { chatRequestOf } from './chat-request.ts';
import { finishReasonOf } from './finish-reason.ts';
import { partStream } from './part-stream.ts';
import { routeMetadata, type Served } from './route-metadata.ts';
import { sourceOf } from './source-content.ts';
import { createStreamParts } from './stream-parts.ts';
import { inputOf } from './tool-input-parts.ts';
import { usageOf } from './usage.ts';
import { warningOf } from './warnings.ts';

/** What all models of one `createSluice` share. */
export interface ModelSettings {
  readonly provider: ChatProvider;
  /** The adapter's name: the key of its options and metadata. */
  readonly name: string;
  readonly call: Pick<CallOptions, 'timeout' | 'proxy' | 'headers'>;
  readonly supportedUrls: Record<string, RegExp[]>;
  readonly interruptedIsKnown: boolean;
  readonly wholeAnswers: boolean;
}

/**
 * One model of a Sluice provider, as the AI SDK calls it.
 *
 * @param modelId How the AI SDK names it.
 * @param model How the provider knows it; none for its default.
 */
export function createLanguageModel(
  settings: ModelSettings,
  modelId: string,
  model: string | undefined,
): LanguageModelV4 {
  const { provider, name, interruptedIsKnown } = settings;

  const open = async (
    request: ChatRequest,
    { abortSignal, headers }: LanguageModelV4CallOptions,
    more: CallOptions,
  ): Promise<ChatStream> => {
    const { headers: always, ...call } = settings.call;
    const sent = callHeaders(always, headers);
    const options: CallOptions = {
      ...call,
      ...more,
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
      ...(sent === undefined ? {} : { headers: sent }),
    };
    try {
      return await provider.stream(request, options);
    } catch (thrown) {
      throw failureOf(thrown, { provider: provider.id, model }, abortSignal);
    }
  };

  const metadataOf = (served: Served): Record<string, JSONObject> => ({ [name]: routeMetadata(served) });

  return {
    specificationVersion: 'v4',
    provider: `${name}.${provider.id}`,
    modelId,
    supportedUrls: settings.supportedUrls,

    async doGenerate(options): Promise<LanguageModelV4GenerateResult> {
      const { request, warnings } = chatRequestOf(options, model, name);
      const stream = await open(request, options, { stream: !settings.wholeAnswers });
      const collector = new Collector();
      let createdAtMs: number | undefined;
      let result: ChatResult;
      try {
        for await (const event of stream) {
          if (event.type === 'response-metadata') createdAtMs = event.createdAtMs ?? createdAtMs;
          collector.add(event);
        }
        result = collector.result(stream);
      } catch (thrown) {
        throw failureOf(thrown, stream, options.abortSignal);
      }
      return {
        content: contentOf(result),
        finishReason: finishReasonOf(
          {
            type: 'finish',
            reason: result.finishReason,
            ...(result.rawFinishReason === undefined ? {} : { rawReason: result.rawFinishReason }),
          },
          interruptedIsKnown,
        ),
        usage: usageOf(result.usage),
        warnings: [...warnings, ...result.warnings.map(warningOf)],
        providerMetadata: metadataOf(stream),
        response: {
          ...(result.id === undefined ? {} : { id: result.id }),
          ...(createdAtMs === undefined ? {} : { timestamp: new Date(createdAtMs) }),
          ...(result.model === undefined ? {} : { modelId: result.model }),
        },
      };
    },

    async doStream(options) {
      const { request, warnings } = chatRequestOf(options, model, name);
      const stream = await open(request, options, { includeRaw: options.includeRawChunks ?? false });
      const parts = createStreamParts({
        warnings,
        model: stream.model,
        interruptedIsKnown,
        // Read at the end: with `resume`, the route grows while the answer goes on.
        metadata: () => metadataOf(stream),
      });
      return { stream: partStream(stream, parts, options.abortSignal) };
    },
  };
}

function contentOf({ reasoning, text, sources, toolCalls }: ChatResult): LanguageModelV4Content[] {
  return [
    ...(reasoning === '' ? [] : [{ type: 'reasoning' as const, text: reasoning }]),
    ...(text === '' ? [] : [{ type: 'text' as const, text }]),
    ...sources.flatMap(sourceOf),
    ...toolCalls.map((call) => ({
      type: 'tool-call' as const,
      toolCallId: call.id,
      toolName: call.name,
      input: inputOf(call.arguments),
    })),
  ];
}
