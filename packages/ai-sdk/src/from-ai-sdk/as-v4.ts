import { Buffer } from 'node:buffer';
import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4GenerateResult,
  LanguageModelV4Prompt,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';

/**
 * A model as one of specification `v4`. `v3` differs in how files stand in prompts and answers; the answers' files are left out
 * here anyway. `v2` knows neither raw finish reasons, without which a cut answer looks like a good one, and is refused.
 */
export function asV4(model: LanguageModelV4 | LanguageModelV3): LanguageModelV4 {
  const version: unknown = (model as { readonly specificationVersion?: unknown } | undefined)
    ?.specificationVersion;
  if (version === 'v4') return model as LanguageModelV4;
  if (version !== 'v3') {
    throw new TypeError(
      `fromLanguageModel takes a model of the AI SDK of specification v4 or v3, got ${
        typeof version === 'string' ? version : typeof model
      }${version === 'v2' ? '; update the package that it comes from (ai 6 or newer)' : ''}`,
    );
  }
  const older = model as LanguageModelV3;
  return {
    specificationVersion: 'v4',
    provider: older.provider,
    modelId: older.modelId,
    get supportedUrls() {
      return older.supportedUrls;
    },
    doGenerate: (options) =>
      older.doGenerate(
        optionsOf(options),
      ) as PromiseLike<unknown> as PromiseLike<LanguageModelV4GenerateResult>,
    doStream: (options) =>
      older.doStream(optionsOf(options)) as PromiseLike<unknown> as PromiseLike<LanguageModelV4StreamResult>,
  };
}

function optionsOf({ reasoning: _, ...options }: LanguageModelV4CallOptions): LanguageModelV3CallOptions {
  return { ...options, prompt: promptOf(options.prompt) } as LanguageModelV3CallOptions;
}

/** Only what `prompt.ts` writes: files by data or URL. */
function promptOf(prompt: LanguageModelV4Prompt): unknown {
  return prompt.map((message) =>
    message.role === 'system'
      ? message
      : {
          ...message,
          content: message.content.map((part) => {
            if (part.type === 'file') return { ...part, data: dataOf(part) };
            if (part.type !== 'tool-result' || part.output.type !== 'content') return part;
            const value = part.output.value.map((each) => (each.type === 'file' ? fileResult(each) : each));
            return { ...part, output: { ...part.output, value } };
          }),
        },
  );
}

function dataOf({ data }: Pick<LanguageModelV4FilePart, 'data'>): unknown {
  if (data.type === 'data') return data.data;
  return data.type === 'url' ? data.url : data;
}

function fileResult({
  data,
  mediaType,
  filename,
}: Pick<LanguageModelV4FilePart, 'data' | 'mediaType' | 'filename'>): object {
  if (data.type === 'url') return { type: 'file-url', url: data.url.href };
  const bytes = data.type === 'data' ? data.data : '';
  return {
    type: 'file-data',
    data: typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('base64'),
    mediaType,
    ...(filename === undefined ? {} : { filename }),
  };
}
