/** An error that a chat-ui endpoint throws: a status and the message that clients see. */
export class ChatUiError extends Error {
  override readonly name = 'ChatUiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What an unexpected exception in an endpoint becomes: 500 without a reason. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** The error that a conversation of another session, a deleted and an unknown one have in common. */
export function conversationNotFound(): ChatUiError {
  return new ChatUiError(404, 'Conversation not found');
}
