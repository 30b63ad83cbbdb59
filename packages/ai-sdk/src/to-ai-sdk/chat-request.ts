import type { LanguageModelV4CallOptions, SharedV4Warning } from '@ai-sdk/provider';
import type { ChatRequest, JsonSchema, ResponseFormat, ToolChoice, ToolDefinition } from '@sluice/core';
import { messagesOf } from './chat-messages.ts';
import { type SluiceCallOptions, splitProviderOptions } from './own-options.ts';
import { unsupported } from './warnings.ts';

/** A call of the AI SDK in our words. */
export interface ConvertedCall {
  readonly request: ChatRequest;
  /** About what the request could not carry. What the target can't do is told by the stream. */
  readonly warnings: readonly SharedV4Warning[];
}

/** A request without the fields that are not set: an absent field and an undefined one are not the same to others. */
type Loose = { readonly [Field in keyof ChatRequest]: ChatRequest[Field] | undefined };

/** The request of a call. Throws errors of the AI SDK for what it cannot carry. `name` is the adapter's key in `providerOptions`. */
export function chatRequestOf(
  options: LanguageModelV4CallOptions,
  model: string | undefined,
  name: string,
): ConvertedCall {
  const { own, others } = splitProviderOptions(options.providerOptions, name);
  const { messages, warnings: aboutPrompt } = messagesOf(options.prompt, name);
  const { tools, warnings: aboutTools } = toolsOf(options.tools ?? []);
  const request: Loose & { readonly messages: ChatRequest['messages'] } = {
    model,
    messages,
    temperature: options.temperature,
    topP: options.topP,
    topK: options.topK,
    maxOutputTokens: options.maxOutputTokens,
    stop: options.stopSequences?.length ? options.stopSequences : undefined,
    seed: options.seed,
    presencePenalty: options.presencePenalty,
    frequencyPenalty: options.frequencyPenalty,
    tools: tools.length > 0 ? tools : undefined,
    // The AI SDK sends a choice without tools, too; upstreams refuse that.
    toolChoice: tools.length > 0 ? toolChoiceOf(options.toolChoice) : undefined,
    responseFormat: responseFormatOf(options.responseFormat, own),
    reasoningEffort:
      own.reasoningEffort ?? (options.reasoning === 'provider-default' ? undefined : options.reasoning),
    user: own.user,
    metadata: own.metadata,
    providerOptions: others,
  };
  return {
    request: Object.fromEntries(
      Object.entries(request).filter(([, value]) => value !== undefined),
    ) as unknown as ChatRequest,
    warnings: [...aboutPrompt, ...aboutTools],
  };
}

function toolsOf(given: NonNullable<LanguageModelV4CallOptions['tools']>): {
  readonly tools: readonly ToolDefinition[];
  readonly warnings: readonly SharedV4Warning[];
} {
  const warnings: SharedV4Warning[] = [];
  const tools: ToolDefinition[] = [];
  for (const tool of given) {
    if (tool.type === 'provider') {
      warnings.push(unsupported(`tool ${tool.id}`, 'a tool that its provider defines works there alone'));
      continue;
    }
    if (tool.inputExamples?.length) {
      warnings.push(unsupported(`inputExamples of ${tool.name}`, 'examples are not sent with a tool'));
    }
    tools.push({
      name: tool.name,
      ...(tool.description === undefined ? {} : { description: tool.description }),
      parameters: tool.inputSchema as JsonSchema,
      ...(tool.strict === undefined ? {} : { strict: tool.strict }),
    });
  }
  return { tools, warnings };
}

function toolChoiceOf(choice: LanguageModelV4CallOptions['toolChoice']): ToolChoice | undefined {
  return choice?.type === 'tool' ? { name: choice.toolName } : choice?.type;
}

function responseFormatOf(
  format: LanguageModelV4CallOptions['responseFormat'],
  { strictJsonSchema }: SluiceCallOptions,
): ResponseFormat | undefined {
  if (format?.type !== 'json') return undefined;
  const { schema, name, description } = format;
  return {
    type: 'json',
    ...(schema === undefined ? {} : { schema: schema as JsonSchema }),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(strictJsonSchema === undefined || schema === undefined ? {} : { strict: strictJsonSchema }),
  };
}
