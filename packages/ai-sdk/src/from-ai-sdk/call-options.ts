import type {
  JSONObject,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolChoice,
} from '@ai-sdk/provider';
import {
  type CallOptions,
  type ChatRequest,
  stopsOf,
  type ToolChoice,
  type ToolDefinition,
  type WarningEvent,
} from '@sluice/core';
import { promptOf, type SupportedUrls } from './prompt.ts';

/** What of a call is not in its request. */
export interface CallContext {
  /** Id of the provider: its entry of `providerOptions` is the model's. */
  readonly id: string;
  /** The key under which the model looks for its options. */
  readonly providerOptionsName: string;
  readonly urls: SupportedUrls;
  readonly signal: AbortSignal;
  /** Whether stop sequences are applied on this side. */
  readonly stopsLocally: boolean;
  /** The settings that the model has: of any other the caller was told that it has no effect. */
  readonly carried: ReadonlySet<string>;
}

/** Fields that a model may or may not have. */
type Setting =
  | 'maxOutputTokens'
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'reasoningEffort'
  | 'seed';

type Effort = NonNullable<LanguageModelV4CallOptions['reasoning']>;

const efforts: { readonly [Name in Exclude<Effort, 'provider-default'>]: true } = {
  none: true,
  minimal: true,
  low: true,
  medium: true,
  high: true,
  xhigh: true,
  max: true,
};

type Loose = { [Key in keyof LanguageModelV4CallOptions]: LanguageModelV4CallOptions[Key] | undefined };

/** A request as the AI SDK calls its models, and what it could not carry. Throws a `ChatError` for what no model can be given. */
export function callOptionsOf(
  request: ChatRequest,
  call: CallOptions,
  context: CallContext,
): { readonly options: LanguageModelV4CallOptions; readonly warnings: readonly WarningEvent[] } {
  const { prompt, warnings: aboutPrompt } = promptOf(request.messages, context.urls);
  const own = request.providerOptions?.[context.id];
  const stops = stopsOf(request);
  const set = <Field extends Setting>(field: Field): ChatRequest[Field] | undefined =>
    context.carried.has(field) ? request[field] : undefined;
  const effort = set('reasoningEffort');
  const known = effort === undefined || Object.hasOwn(efforts, effort);
  const format = request.responseFormat;
  const options: Loose = {
    prompt,
    abortSignal: context.signal,
    maxOutputTokens: set('maxOutputTokens'),
    temperature: set('temperature'),
    stopSequences: stops.length > 0 && !context.stopsLocally ? [...stops] : undefined,
    topP: set('topP'),
    topK: set('topK'),
    presencePenalty: set('presencePenalty'),
    frequencyPenalty: set('frequencyPenalty'),
    seed: set('seed'),
    responseFormat: format?.type === 'json' ? jsonFormat(format) : undefined,
    tools: request.tools && request.tools.length > 0 ? request.tools.map(functionTool) : undefined,
    toolChoice: toolChoiceOf(request.toolChoice),
    reasoning: known ? (effort as Effort | undefined) : undefined,
    includeRawChunks: call.includeRaw,
    headers: call.headers && { ...call.headers },
    providerOptions: own && { [context.providerOptionsName]: own as JSONObject },
  };
  const lost: WarningEvent[] = [];
  if (!known) {
    const words = Object.keys(efforts).join(', ');
    lost.push(lacks('reasoningEffort', `the AI SDK has no reasoning effort of that name, only ${words}`));
  }
  if (format?.type === 'json' && format.strict !== undefined) {
    lost.push(lacks('responseFormat', 'the AI SDK has no strict responseFormat: strict has no effect'));
  }
  return {
    options: Object.fromEntries(
      Object.entries(options).filter(([, value]) => value !== undefined),
    ) as unknown as LanguageModelV4CallOptions,
    warnings: [...aboutPrompt, ...lost],
  };
}

function lacks(feature: string, message: string): WarningEvent {
  return { type: 'warning', code: 'unsupported-parameter', feature, message };
}

function jsonFormat(
  format: Extract<NonNullable<ChatRequest['responseFormat']>, { type: 'json' }>,
): NonNullable<LanguageModelV4CallOptions['responseFormat']> {
  const { schema, name, description } = format;
  return {
    type: 'json',
    ...(schema === undefined ? {} : { schema }),
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
  };
}

function functionTool(tool: ToolDefinition): LanguageModelV4FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    inputSchema: tool.parameters ?? { type: 'object', properties: {} },
    ...(tool.strict === undefined ? {} : { strict: tool.strict }),
  };
}

function toolChoiceOf(choice: ToolChoice | undefined): LanguageModelV4ToolChoice | undefined {
  if (choice === undefined) return undefined;
  return typeof choice === 'string' ? { type: choice } : { type: 'tool', toolName: choice.name };
}
