import { asChatError, ChatError, type Message } from '@sluice/core';

/**
 * The prompt that a formatter makes of a conversation. Throws `invalid-request` if there is no text in it, and for a formatter
 * that fails what `asChatError` makes of that.
 */
export function promptOf(
  messages: readonly Message[],
  format: (messages: readonly Message[]) => string,
  about: { readonly provider: string; readonly model: string },
): string {
  let prompt: unknown;
  try {
    prompt = format(messages);
  } catch (error) {
    throw asChatError(error, about);
  }
  if (typeof prompt === 'string' && prompt.trim() !== '') return prompt;
  throw new ChatError('invalid-request', 'messages have no text: chat-ui takes no empty message', about);
}
