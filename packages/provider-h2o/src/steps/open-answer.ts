import type { ChatEventSource } from '@sluice/core';
import { createReplyDecoder, type ReplyContext } from '../reply/reply-decoder.ts';
import { answerSource } from './answer-source.ts';
import type { Background } from './background.ts';
import { type Call, learn } from './call.ts';
import { cleanUp } from './clean-up.ts';
import { createConversation } from './create-conversation.ts';
import { type MessagePost, postMessage } from './post-message.ts';

/** What is asked in a call. */
export interface Question extends Omit<MessagePost, 'onGenerating'> {
  readonly decoding: Omit<ReplyContext, 'provider' | 'model' | 'secrets' | 'prompt' | 'trustsFinalText'>;
  readonly keepConversation: boolean;
  readonly cleanupTimeoutMs: number;
  /** Called once, when an answer is over; not for a call that never came to one. */
  readonly onEnd: () => void;
}

/**
 * One call from the first request to the events of its answer: conversation, message, reply. Whatever way it ends, from the
 * moment that there is a conversation it is cleaned up: stopped where something may be generating, and deleted. A call that
 * never came to an answer is cleaned up in the background, so that its failure is told at once; after an answer the clean-up
 * is a part of its end.
 */
export async function openAnswer(
  call: Call,
  question: Question,
  background: Background,
): Promise<ChatEventSource> {
  const created = await createConversation(call);
  let generating = false;
  let messageSent = false;

  const tidy = (): Promise<void> => {
    const keep = question.keepConversation && messageSent;
    const leftover = { conversationId: created.id, generating, keep };
    return background.run(cleanUp(leftover, call.site, call.session, question.cleanupTimeoutMs));
  };

  try {
    // Cancelled while the conversation was being made: it came too late.
    call.scope.throwIfCancelled();
    const { response, traits } = await postMessage(call, created, {
      ...question,
      onGenerating: (now) => {
        generating = now;
        messageSent = now;
      },
    });
    const { provider, model, secrets } = call.about;
    const decoder = createReplyDecoder({
      ...question.decoding,
      provider,
      model,
      secrets,
      prompt: question.prompt,
      trustsFinalText: traits.tree,
    });
    /** The grammar of the reply is the last thing that tells eras apart. */
    const confirmEra = (): void => {
      const { grammar } = decoder;
      if (!grammar) return;
      learn(call, (each) => each.grammar === grammar);
      call.memory.confirm(call.candidates);
    };
    return answerSource({
      body: response.body,
      decoder,
      first: [{ type: 'response-metadata', id: created.id, model }],
      endsByItself: () => {
        confirmEra();
        return call.candidates.some((each) => each.endsByItself);
      },
      onClose: (outcome) => {
        question.onEnd();
        generating = outcome !== 'finished';
        confirmEra();
        return tidy();
      },
    });
  } catch (error) {
    void tidy();
    throw error;
  }
}
