import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';
import { type ChatEventSource, errorFromPage } from '@sluice/core';
import { type AnswerEvents, createAnswerEvents } from './answer-events.ts';
import { type FailedCall, modelError } from './model-error.ts';

/** Closes what a call holds: aborts the model's work. */
export type Abort = () => void;

/** Asks for a stream, and gives its events as they are pulled. */
export async function streamedSource(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  call: Omit<FailedCall, 'answered'>,
  abort: Abort,
): Promise<ChatEventSource> {
  let reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>;
  try {
    const { stream, response } = await model.doStream(options);
    reader = stream.getReader();
    if (isPage(response?.headers)) {
      abort();
      void reader.cancel().catch(() => {});
      throw errorFromPage('', { ...call, status: 200 });
    }
  } catch (thrown) {
    throw modelError(thrown, { ...call, answered: false });
  }
  const events = createAnswerEvents(call);
  return {
    async pull(into) {
      let step: Awaited<ReturnType<typeof reader.read>>;
      try {
        step = await reader.read();
      } catch (thrown) {
        throw modelError(thrown, { ...call, answered: true });
      }
      if (step.done) return false;
      events.push(step.value, into);
      return true;
    },
    close(outcome) {
      if (outcome !== 'finished') abort();
      // A model's own clean-up may never end, and its failure spoils nothing.
      void reader.cancel().catch(() => {});
    },
  };
}

/** Asks for a whole answer. */
export async function wholeSource(
  model: LanguageModelV4,
  options: LanguageModelV4CallOptions,
  call: Omit<FailedCall, 'answered'>,
  abort: Abort,
): Promise<ChatEventSource> {
  const events: AnswerEvents = createAnswerEvents(call);
  let result: LanguageModelV4GenerateResult;
  try {
    result = await model.doGenerate(options);
  } catch (thrown) {
    throw modelError(thrown, { ...call, answered: false });
  }
  let given = false;
  return {
    pull(into) {
      if (given) return false;
      given = true;
      events.whole(result, into);
      return true;
    },
    close(outcome) {
      if (outcome !== 'finished') abort();
    },
  };
}

/** A model that looks for events finds none in a page, and can only say that the answer has no end. */
function isPage(headers: { readonly [name: string]: string } | undefined): boolean {
  return /^\s*text\/html\b/i.test(headers?.['content-type'] ?? '');
}
