import type { Capabilities, RequestParameter } from './capabilities.ts';
import { ChatError } from './chat-error.ts';
import type { WarningEvent } from './events.ts';
import { promptTexts } from './message-text.ts';
import type { ChatRequest } from './request.ts';

/** What becomes of a request at a provider. */
export interface Negotiated {
  /** What to tell the caller: emulations, and fields that do not reach the wire. */
  readonly warnings: readonly WarningEvent[];
  /** Stop sequences that have to be applied on this side; empty where the protocol has them. */
  readonly localStops: readonly string[];
}

/** One thing that a request may ask for, the capability that it needs, and how a refusal names it. */
interface Need {
  readonly feature: NeededFeature;
  readonly wanted: (request: ChatRequest) => boolean;
  readonly what: string;
  /** How the emulation works, for the warning. */
  readonly emulation: string;
}

const parameters: readonly RequestParameter[] = [
  'temperature',
  'topP',
  'topK',
  'maxOutputTokens',
  'presencePenalty',
  'frequencyPenalty',
  'reasoningEffort',
  'user',
  'metadata',
];

const needs: readonly Need[] = [
  {
    feature: 'systemMessage',
    wanted: (request) => request.messages.some(({ role }) => role === 'system' || role === 'developer'),
    what: 'system messages',
    emulation: 'system messages are written into the prompt',
  },
  {
    feature: 'messageHistory',
    wanted: (request) =>
      request.messages.filter(({ role }) => role === 'user' || role === 'assistant').length > 1,
    what: 'earlier messages',
    emulation: 'the conversation is written into one prompt',
  },
  {
    feature: 'tools',
    wanted: (request) =>
      (request.tools?.length ?? 0) > 0 ||
      request.messages.some(({ role, toolCalls }) => role === 'tool' || (toolCalls?.length ?? 0) > 0),
    what: 'tools',
    emulation: 'tools are described in the prompt',
  },
  {
    feature: 'vision',
    wanted: hasPart('image'),
    what: 'images',
    emulation: 'images are described in the prompt',
  },
  {
    feature: 'audio',
    wanted: hasPart('audio'),
    what: 'audio',
    emulation: 'audio is transcribed into the prompt',
  },
  {
    feature: 'files',
    wanted: hasPart('file'),
    what: 'files',
    emulation: 'files are written into the prompt',
  },
  {
    feature: 'json',
    wanted: (request) => request.responseFormat?.type === 'json',
    what: 'JSON answers (responseFormat)',
    emulation: 'the prompt asks for JSON; the answer is not held to it',
  },
  {
    feature: 'stop',
    wanted: (request) => stopsOf(request).length > 0,
    what: 'stop sequences',
    emulation: 'stop sequences are applied on this side',
  },
];

/** A capability that a request may need. */
export type NeededFeature =
  | 'systemMessage'
  | 'messageHistory'
  | 'tools'
  | 'vision'
  | 'audio'
  | 'files'
  | 'json'
  | 'stop';

/** What a request asks of whoever is to take it, read once and then held against many. */
export interface RequestNeeds {
  readonly features: readonly NeededFeature[];
  /** The texts of all messages together, in UTF-16 units. */
  readonly inputChars: number;
}

/** What `negotiate` would look at, without a provider: for choosing among many of them. */
export function requestNeeds(request: ChatRequest): RequestNeeds {
  return {
    features: needs.filter(({ wanted }) => wanted(request)).map(({ feature }) => feature),
    inputChars: promptLength(request),
  };
}

/** The stop sequences of a request, as a list. */
export function stopsOf(request: ChatRequest): readonly string[] {
  if (request.stop === undefined) return [];
  return typeof request.stop === 'string' ? [request.stop] : request.stop;
}

/**
 * Holds a request against what a provider can do. What is `emulated` is reported, what is `none` is refused with
 * `unsupported`, a sampling field that the wire lacks becomes a warning, and a conversation over `maxInputChars` is
 * `context-length`. Nothing is dropped silently.
 */
export function negotiate(request: ChatRequest, capabilities: Capabilities, provider: string): Negotiated {
  const warnings: WarningEvent[] = [];
  for (const need of needs) {
    if (!need.wanted(request)) continue;
    const support = capabilities[need.feature] ?? 'none';
    if (support === 'none') {
      throw new ChatError(
        'unsupported',
        `${provider} cannot do ${need.what}; choose another provider or leave them out`,
        {
          provider,
        },
      );
    }
    if (support === 'emulated') {
      warnings.push({
        type: 'warning',
        code: 'emulated',
        feature: need.feature,
        message: `${provider} has no ${need.what} of its own: ${need.emulation}`,
      });
    }
  }
  const carried = new Set<string>(capabilities.parameters);
  if (capabilities.seed !== 'none') carried.add('seed');
  for (const parameter of [...parameters, 'seed'] as const) {
    if (request[parameter] === undefined || carried.has(parameter)) continue;
    warnings.push({
      type: 'warning',
      code: 'unsupported-parameter',
      feature: parameter,
      message: `${provider} has no ${parameter}: it has no effect`,
    });
  }
  checkLength(request, capabilities, provider);
  return { warnings, localStops: capabilities.stop === 'emulated' ? stopsOf(request) : [] };
}

function checkLength(request: ChatRequest, { maxInputChars }: Capabilities, provider: string): void {
  if (maxInputChars === undefined) return;
  const length = promptLength(request);
  if (length <= maxInputChars) return;
  throw new ChatError(
    'context-length',
    `the messages have ${length} characters, ${provider} takes ${maxInputChars}`,
    {
      provider,
    },
  );
}

function promptLength({ messages }: ChatRequest): number {
  return promptTexts(messages).reduce((sum, text) => sum + text.length, 0);
}

function hasPart(type: 'image' | 'audio' | 'file'): (request: ChatRequest) => boolean {
  return ({ messages }) =>
    messages.some(({ content }) => typeof content !== 'string' && content.some((part) => part.type === type));
}
