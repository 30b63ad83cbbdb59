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
import type { ChatEvent, FinishReason, SourceEvent, WarningEvent } from '@sluice/core';
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

/** Turns the parts of one answer into events. Throws a `ChatError` for errors, and for an end that is none. */
export interface AnswerEvents {
  push(part: LanguageModelV4StreamPart, into: ChatEvent[]): void;
  /** A whole answer. */
  whole(result: LanguageModelV4GenerateResult, into: ChatEvent[]): void;
}

export function createAnswerEvents(call: Call): AnswerEvents {
  const indexes = new Map<string, number>();
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
        into.push({ type: 'text-delta', text: part.text });
        break;
      case 'reasoning':
        into.push({ type: 'reasoning-delta', text: part.text });
        break;
      case 'source':
        into.push(sourceFrom(part));
        break;
      case 'tool-call':
        // What the provider runs itself is no call to whoever asks.
        if (part.providerExecuted === true) leaveOut('provider-executed tool-call', into);
        else {
          into.push({ type: 'tool-call', id: part.toolCallId, name: part.toolName, arguments: part.input });
        }
        break;
      default:
        leaveOut(part.type, into);
    }
  };

  const finish = (
    { unified, raw }: LanguageModelV4FinishReason,
    usage: LanguageModelV4Usage,
    into: ChatEvent[],
  ): void => {
    const reason = finishReasons[unified];
    if (unified === 'interrupted') throw cutShort(call);
    if (reason === undefined) {
      throw modelError('the model ended its answer with an error', { ...call, answered: true });
    }
    const counts = usageFrom(usage);
    into.push({
      type: 'finish',
      reason,
      ...(raw === undefined ? {} : { rawReason: raw }),
      ...(counts === undefined ? {} : { usage: counts }),
    });
  };

  return {
    push(part, into) {
      switch (part.type) {
        case 'stream-start':
          into.push(...part.warnings.map(warningFrom));
          break;
        case 'response-metadata':
          into.push(metadataFrom(part));
          break;
        case 'text-delta':
          into.push({ type: 'text-delta', text: part.delta });
          break;
        case 'reasoning-delta':
          into.push({ type: 'reasoning-delta', text: part.delta });
          break;
        case 'tool-input-start': {
          // Text is no JSON: the whole call, which comes after it, is.
          if (part.providerExecuted === true || part.inputEncoding === 'text') break;
          const index = indexes.size;
          indexes.set(part.id, index);
          into.push({
            type: 'tool-call-delta',
            index,
            id: part.id,
            name: part.toolName,
            argumentsDelta: '',
          });
          break;
        }
        case 'tool-input-delta': {
          const index = indexes.get(part.id);
          if (index !== undefined) into.push({ type: 'tool-call-delta', index, argumentsDelta: part.delta });
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
    },
    whole({ content: parts, finishReason, usage, response, warnings }, into) {
      into.push(...warnings.map(warningFrom));
      if (response) into.push(metadataFrom(response));
      for (const part of parts) content(part, into);
      finish(finishReason, usage, into);
    },
  };
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
