import type { ChatResult } from '@sluice/core';
import type { AnswerAbout } from '../chat/client-wire.ts';
import { annotation } from './annotation.ts';
import { finishReasonOf } from './finish-reason.ts';
import { usageObject } from './usage.ts';

/** The answer to a request that was not streamed: OpenAI's `chat.completion`. */
export function wholeAnswer(result: ChatResult, { id, model, createdAtMs }: AnswerAbout): object {
  const { text, reasoning, toolCalls, sources, finishReason, usage } = result;
  const annotations = sources.flatMap((source) => annotation(source) ?? []);
  return {
    id,
    object: 'chat.completion',
    created: Math.floor(createdAtMs / 1000),
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && toolCalls.length > 0 ? null : text,
          refusal: null,
          ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
          ...(annotations.length === 0 ? {} : { annotations }),
          ...(toolCalls.length === 0
            ? {}
            : {
                tool_calls: toolCalls.map((call) => ({
                  id: call.id,
                  type: 'function',
                  function: { name: call.name, arguments: call.arguments },
                })),
              }),
        },
        logprobs: null,
        finish_reason: finishReasonOf(finishReason),
      },
    ],
    ...(usage === undefined ? {} : { usage: usageObject(usage) }),
  };
}
