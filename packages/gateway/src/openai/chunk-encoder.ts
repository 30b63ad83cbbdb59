import { ChatError, type ChatEvent, type FinishEvent } from '@sluice/core';
import type { AnswerAbout, StreamEncoder } from '../chat/client-wire.ts';
import type { Failure } from '../chat/failure.ts';
import { annotation } from './annotation.ts';
import { errorBody } from './error-body.ts';
import { finishReasonOf } from './finish-reason.ts';
import { ToolCallDeltas } from './tool-call-deltas.ts';
import { usageObject } from './usage.ts';

const firstDelta = JSON.stringify({ role: 'assistant', content: '', refusal: null });

/**
 * Writes events as OpenAI's chunks: the role, the deltas, the finish reason, the usage if it was asked for, `[DONE]`. Within
 * one answer only the delta differs from chunk to chunk, so what stands around it is made once.
 */
export function chunkEncoder(about: AnswerAbout, includeUsage: boolean): StreamEncoder {
  const head = `data: {"id":${JSON.stringify(about.id)},"object":"chat.completion.chunk","created":${Math.floor(
    about.createdAtMs / 1000,
  )},"model":${JSON.stringify(about.model)},"choices":[`;
  // The reference: with include_usage, all chunks but the last have a usage of null.
  const tail = includeUsage ? '],"usage":null}\n\n' : ']}\n\n';
  const choice = `${head}{"index":0,"delta":`;
  const open = `,"logprobs":null,"finish_reason":null}${tail}`;
  const textStart = `${choice}{"content":`;
  const reasoningStart = `${choice}{"reasoning_content":`;
  const deltaEnd = `}${open}`;
  const chunk = (delta: object): string => `${choice}${lineSafe(JSON.stringify(delta))}${open}`;
  let toolCalls: ToolCallDeltas | undefined;

  const finish = ({ reason, usage }: FinishEvent): string => {
    const last = `${choice}{},"logprobs":null,"finish_reason":"${finishReasonOf(reason)}"}${tail}`;
    const counts =
      includeUsage && usage !== undefined
        ? `${head}],"usage":${JSON.stringify(usageObject(usage))}}\n\n`
        : '';
    return `${last}${counts}data: [DONE]\n\n`;
  };

  return {
    contentType: 'text/event-stream; charset=utf-8',
    begin: () => `${choice}${firstDelta}${open}`,
    encode(event: ChatEvent): string {
      switch (event.type) {
        case 'text-delta':
          return event.text === '' ? '' : textStart + lineSafe(JSON.stringify(event.text)) + deltaEnd;
        case 'reasoning-delta':
          return event.text === '' ? '' : reasoningStart + lineSafe(JSON.stringify(event.text)) + deltaEnd;
        case 'tool-call-delta':
        case 'tool-call': {
          toolCalls ??= new ToolCallDeltas();
          const calls = event.type === 'tool-call' ? toolCalls.whole(event) : toolCalls.fragment(event);
          return calls.length === 0 ? '' : chunk({ tool_calls: calls });
        }
        case 'source': {
          const cited = annotation(event);
          return cited === undefined ? '' : chunk({ annotations: [cited] });
        }
        case 'warning':
          if (event.code !== 'restarted') return '';
          throw new ChatError(
            'truncated',
            'the answer broke off, and this wire has no word for beginning it again; ask for it as a whole (stream: false)',
            { sent: 'yes' },
          );
        case 'finish':
          return finish(event);
        default:
          return '';
      }
    },
    failure: (failure: Failure) => `data: ${JSON.stringify(errorBody(failure))}\n\n`,
  };
}

const lineEnds = /[\x85\u2028\u2029]/;

/**
 * Clients that read lines the way Unicode counts them (Python's `splitlines`, and with it httpx) would cut an event at these
 * three, which JSON leaves as they are.
 */
function lineSafe(json: string): string {
  if (!lineEnds.test(json)) return json;
  return json.replace(
    /[\x85\u2028\u2029]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
