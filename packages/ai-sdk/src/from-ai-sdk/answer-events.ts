import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4Source,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider';
import {
  ChatError,
  type ChatEvent,
  type FinishReason,
  type SourceEvent,
  type WarningEvent,
} from '@sluice/core';
import { cutShort, type FailedCall, modelError } from './model-error.ts';
import { usageFrom } from './usage.ts';

type Call = Omit<FailedCall, 'answered'>;

/** Parts of the AI SDK that an answer of ours has no place for. */
const ignored: ReadonlySet<string> = new Set([
  'file',
  'reasoning-file',
  'custom',
  'tool-result',
  'tool-approval-request',
]);

const finishReasons: { readonly [Unified in LanguageModelV4FinishReason['unified']]?: FinishReason } = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool-calls',
  'content-filter': 'content-filter',
  other: 'other',
};

/**
 * Turns the parts of one answer into events. Throws a `ChatError` for errors, for an end that is none, and for parts that are not as
 * the specification has them: models are others' code, and what is wrong with one must not keep a registry from the next.
 */
export interface AnswerEvents {
  push(part: LanguageModelV4StreamPart, into: ChatEvent[]): void;
  /** A whole answer. */
  whole(result: LanguageModelV4GenerateResult, into: ChatEvent[]): void;
}

export function createAnswerEvents(call: Call): AnswerEvents {
  const indexes = new Map<string, number>();
  let begunCalls = 0;
  let wholeCalls = 0;
  const told = new Set<string>();

  const leaveOut = (type: string, into: ChatEvent[]): void => {
    if (told.has(type)) return;
    told.add(type);
    into.push({
      type: 'warning',
      code: 'ignored-content',
      feature: type,
      message: `the answer has ${type} parts, which have no place in a chat answer: they are left out`,
    });
  };

  const content = (part: LanguageModelV4Content, into: ChatEvent[]): void => {
    switch (part.type) {
      case 'text':
        into.push({ type: 'text-delta', text: textOf(part.text) });
        break;
      case 'reasoning':
        into.push({ type: 'reasoning-delta', text: textOf(part.text) });
        break;
      case 'source':
        into.push(sourceFrom(part));
        break;
      case 'tool-call':
        // What the provider runs itself is no call to whoever asks.
        if (part.providerExecuted === true) leaveOut('provider-executed tool-call', into);
        else {
          wholeCalls += 1;
          into.push({
            type: 'tool-call',
            id: textOf(part.toolCallId),
            name: textOf(part.toolName),
            arguments: textOf(part.input),
          });
        }
        break;
      default:
        leaveOut(part.type, into);
    }
  };

  const finish = (
    { unified, raw }: LanguageModelV4FinishReason,
    usage: LanguageModelV4Usage | undefined,
    into: ChatEvent[],
  ): void => {
    const reason = finishReasons[unified];
    if (unified === 'interrupted') throw cutShort(call);
    if (reason === undefined) {
      throw modelError('the model ended its answer with an error', { ...call, answered: true });
    }
    if (reason === 'tool-calls' && wholeCalls < indexes.size) {
      throw notAsSpecified(call, 'announced a tool call and ended without it');
    }
    const counts = usageFrom(usage);
    into.push({
      type: 'finish',
      reason,
      ...(raw === undefined ? {} : { rawReason: raw }),
      ...(counts === undefined ? {} : { usage: counts }),
    });
  };

  /** Code of others gives what it likes: what cannot be read is no answer. */
  const guarded = (type: unknown, read: () => void): void => {
    try {
      read();
    } catch (thrown) {
      if (ChatError.is(thrown)) throw thrown;
      const named = typeof type === 'string' ? type.slice(0, 40) : typeof type;
      throw notAsSpecified(call, `gave a part (${named}) that is not as the specification has it`);
    }
  };

  const streamed = (part: LanguageModelV4StreamPart, into: ChatEvent[]): void => {
    switch (part.type) {
      case 'stream-start':
        // Older models leave out what is empty.
        into.push(...(part.warnings ?? []).map(warningFrom));
        break;
      case 'response-metadata':
        into.push(metadataFrom(part));
        break;
      case 'text-delta':
        into.push({ type: 'text-delta', text: textOf(part.delta) });
        break;
      case 'reasoning-delta':
        into.push({ type: 'reasoning-delta', text: textOf(part.delta) });
        break;
      case 'tool-input-start': {
        // Text is no JSON: the whole call, which comes after it, is.
        if (part.providerExecuted === true || part.inputEncoding === 'text') break;
        const index = begunCalls;
        begunCalls += 1;
        indexes.set(part.id, index);
        into.push({
          type: 'tool-call-delta',
          index,
          id: part.id,
          name: textOf(part.toolName),
          argumentsDelta: '',
        });
        break;
      }
      case 'tool-input-delta': {
        const index = indexes.get(part.id);
        if (index !== undefined) {
          into.push({ type: 'tool-call-delta', index, argumentsDelta: textOf(part.delta) });
        }
        break;
      }
      case 'raw':
        into.push({ type: 'raw', value: part.rawValue });
        break;
      case 'error':
        throw modelError(part.error, { ...call, answered: true });
      case 'finish':
        // How models report a body that stopped without a word, where they know no other way to say it.
        if (part.finishReason.unified === 'other' && part.finishReason.raw === undefined)
          throw cutShort(call);
        finish(part.finishReason, part.usage, into);
        break;
      default:
        if (part.type === 'source' || part.type === 'tool-call') content(part, into);
        else if (ignored.has(part.type)) leaveOut(part.type, into);
    }
  };

  const whole = (
    { content: parts, finishReason, usage, response, warnings }: LanguageModelV4GenerateResult,
    into: ChatEvent[],
  ): void => {
    into.push(...(warnings ?? []).map(warningFrom));
    if (response) into.push(metadataFrom(response));
    for (const part of parts) content(part, into);
    finish(finishReason, usage, into);
  };

  return {
    push: (part, into) => guarded(part?.type, () => streamed(part, into)),
    whole: (result, into) => guarded('whole answer', () => whole(result, into)),
  };
}

/** A text that the specification promises. */
function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

/** The model does not keep to its specification. */
function notAsSpecified({ provider, model }: Call, what: string): ChatError {
  const message = `the model of ${provider} ${what}; update the package that it comes from`;
  return new ChatError('invalid-response', message, { provider, model, sent: 'yes' });
}

function metadataFrom({ id, modelId, timestamp }: LanguageModelV4ResponseMetadata): ChatEvent {
  return {
    type: 'response-metadata',
    ...(id === undefined ? {} : { id }),
    ...(modelId === undefined ? {} : { model: modelId }),
    ...(timestamp === undefined ? {} : { createdAtMs: timestamp.getTime() }),
  };
}

function sourceFrom(source: LanguageModelV4Source): SourceEvent {
  return {
    type: 'source',
    ...(source.sourceType === 'url' ? { url: source.url } : {}),
    ...(source.title === undefined ? {} : { title: source.title }),
  };
}

function warningFrom(warning: SharedV4Warning): WarningEvent {
  switch (warning.type) {
    case 'unsupported':
    case 'compatibility':
      return {
        type: 'warning',
        code: warning.type === 'unsupported' ? 'unsupported-parameter' : 'emulated',
        feature: warning.feature,
        message: warning.details ?? `the model has no ${warning.feature} of its own`,
      };
    case 'deprecated':
      return { type: 'warning', code: 'other', feature: warning.setting, message: warning.message };
    default:
      return { type: 'warning', code: 'other', message: warning.message };
  }
}
