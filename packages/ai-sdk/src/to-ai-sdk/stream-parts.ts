import type { JSONObject, LanguageModelV4StreamPart, SharedV4Warning } from '@ai-sdk/provider';
import { asChatError, ChatError, type ChatEvent, isVisible } from '@sluice/core';
import { finishReasonOf, finishReasonOfFailure } from './finish-reason.ts';
import { sourceOf } from './source-content.ts';
import { createToolInputParts } from './tool-input-parts.ts';
import { usageOf } from './usage.ts';
import { warningOf } from './warnings.ts';

/** What the parts of a stream need to know of its call. */
export interface PartsContext {
  /** About the request; those of the stream come behind them. */
  readonly warnings: readonly SharedV4Warning[];
  /** The model that answers, until the upstream says which. */
  readonly model: string | undefined;
  /** Whether whoever reads knows the finish reason `interrupted`. */
  readonly interruptedIsKnown: boolean;
  /** What the end tells of the way here. */
  metadata(): { readonly [name: string]: JSONObject };
}

/** Our events as parts of the AI SDK's stream. Pure, but for what it remembers of this stream. */
export interface StreamParts {
  /** Appends the parts of an event. Throws for an answer that begins again. */
  push(event: ChatEvent, into: LanguageModelV4StreamPart[]): void;
  /** Appends the end of a stream that failed: the error itself, and a finish that is no good one. */
  fail(failure: unknown, shown: unknown, into: LanguageModelV4StreamPart[]): void;
}

type Block = { readonly kind: 'text' | 'reasoning'; readonly id: string };

export function createStreamParts(context: PartsContext): StreamParts {
  const tools = createToolInputParts();
  const late: SharedV4Warning[] = [];
  /** What comes before the first visible event: warnings among it must be in the very first part. */
  let held: ChatEvent[] | undefined = [];
  let block: Block | undefined;
  let blocks = 0;
  let sources = 0;
  let model = context.model;

  const closeBlock = (into: LanguageModelV4StreamPart[]): void => {
    if (block) into.push({ type: `${block.kind}-end`, id: block.id });
    block = undefined;
  };

  const say = (kind: Block['kind'], delta: string, into: LanguageModelV4StreamPart[]): void => {
    if (delta === '') return;
    if (block?.kind !== kind) {
      closeBlock(into);
      block = { kind, id: `${kind}-${blocks}` };
      blocks += 1;
      into.push({ type: `${kind}-start`, id: block.id });
    }
    into.push({ type: `${kind}-delta`, id: block.id, delta });
  };

  const metadata = (): { readonly [name: string]: JSONObject } =>
    Object.fromEntries(
      Object.entries(context.metadata()).map(([name, told]) => [
        name,
        late.length > 0 ? { ...told, warnings: late } : told,
      ]),
    );

  const begin = (events: readonly ChatEvent[], into: LanguageModelV4StreamPart[]): void => {
    const told = events.flatMap((event) => (event.type === 'warning' ? [warningOf(event)] : []));
    into.push({ type: 'stream-start', warnings: [...context.warnings, ...told] });
    if (model !== undefined && !events.some(({ type }) => type === 'response-metadata')) {
      into.push({ type: 'response-metadata', modelId: model });
    }
    for (const event of events) if (event.type !== 'warning') pass(event, into);
  };

  const pass = (event: ChatEvent, into: LanguageModelV4StreamPart[]): void => {
    switch (event.type) {
      case 'text-delta':
        say('text', event.text, into);
        break;
      case 'reasoning-delta':
        say('reasoning', event.text, into);
        break;
      case 'tool-call-delta':
        closeBlock(into);
        tools.delta(event, into);
        break;
      case 'tool-call':
        closeBlock(into);
        tools.whole(event, into);
        break;
      case 'source':
        into.push(...sourceOf(event, sources));
        sources += 1;
        break;
      case 'warning':
        if (event.code === 'restarted') throw beganAgain();
        late.push(warningOf(event));
        break;
      case 'raw':
        into.push({ type: 'raw', rawValue: event.value });
        break;
      case 'response-metadata': {
        model = event.model ?? model;
        into.push({
          type: 'response-metadata',
          ...(event.id === undefined ? {} : { id: event.id }),
          ...(event.createdAtMs === undefined ? {} : { timestamp: new Date(event.createdAtMs) }),
          ...(model === undefined ? {} : { modelId: model }),
        });
        break;
      }
      case 'finish':
        closeBlock(into);
        into.push({
          type: 'finish',
          finishReason: finishReasonOf(event, context.interruptedIsKnown),
          usage: usageOf(event.usage),
          providerMetadata: metadata(),
        });
        break;
    }
  };

  return {
    push(event, into) {
      if (!held) {
        pass(event, into);
        return;
      }
      held.push(event);
      if (!isVisible(event) && event.type !== 'finish') return;
      const events = held;
      held = undefined;
      begin(events, into);
    },
    fail(failure, shown, into) {
      if (held) begin(held, into);
      held = undefined;
      closeBlock(into);
      const { code } = asChatError(failure);
      into.push({ type: 'error', error: shown });
      into.push({
        type: 'finish',
        finishReason: finishReasonOfFailure(code, context.interruptedIsKnown),
        usage: usageOf(undefined),
        providerMetadata: metadata(),
      });
    },
  };
}

/** A registry with `resume: 'restart'` makes what was shown void. The parts of the AI SDK have no word for that. */
function beganAgain(): ChatError {
  return new ChatError(
    'truncated',
    "the answer broke off and began again elsewhere, and a stream of the AI SDK cannot take back what it has shown; use generateText, or resume: 'continue'",
    { sent: 'yes' },
  );
}
