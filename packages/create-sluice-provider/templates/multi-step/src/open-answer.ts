import type { ChatEventSource, ChatRequest } from '@sluice/core';
import { responseEvents } from '@sluice/core/http';
import { AnswerDecoder } from './answer-decoder.ts';
import type { Background } from './background.ts';
import type { Call, Service } from './service.ts';

/**
 * One call from the first request to the events of its answer. Whatever way it ends, from the moment that there is a conversation
 * it is removed: after an answer that is a part of its end, after a failure it is done in the background.
 */
export async function openAnswer(
  service: Service,
  request: ChatRequest,
  call: Call,
  provider: string,
  background: Background,
  onEnd: () => void,
): Promise<ChatEventSource> {
  const conversation = await service.begin(call);
  const remove = (): Promise<void> => background.run(service.remove(conversation, call));
  try {
    // Cancelled while the conversation was being made.
    call.scope.throwIfCancelled();
    const response = await service.ask(conversation, request, call);
    const events = responseEvents(response, new AnswerDecoder(provider, call.secrets));
    return {
      pull: (into) => events.pull(into),
      close(outcome) {
        events.close(outcome);
        onEnd();
        return remove();
      },
    };
  } catch (error) {
    void remove();
    throw error;
  }
}
