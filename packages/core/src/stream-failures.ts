import { ChatError } from './chat-error.ts';
import type { FinishEvent } from './events.ts';

/** The source has no more to give, and no finish came. */
export function endWithoutFinish(provider: string): ChatError {
  return new ChatError('truncated', `${provider} ended its answer without the end that its protocol has`, {
    sent: 'yes',
  });
}

/** Events without end, and nothing that a user would see. */
export function endlessSilence(provider: string, events: number): ChatError {
  return new ChatError('invalid-response', `${provider} sent more than ${events} events and no answer`, {
    sent: 'yes',
  });
}

/** The answer ended well, and nothing was said. */
export function emptyAnswer(provider: string, finish: FinishEvent): ChatError {
  const reason = finish.rawReason ?? finish.reason;
  return finish.reason === 'content-filter'
    ? new ChatError('content-filter', `${provider} refused to answer (finish reason ${reason})`, {
        sent: 'yes',
      })
    : new ChatError(
        'empty-response',
        `${provider} ended its answer without saying anything (finish reason ${reason})`,
        { sent: 'yes' },
      );
}

/** Two readers would each get a part, and neither would know. */
export function alreadyRead(what: string): ChatError {
  return new ChatError('invalid-request', `${what}; tee() makes two of one`);
}

/** What a stream that is cancelled fails with. Whoever leaves may say why, but not that it was the upstream's fault. */
export function cancelled(reason: unknown): ChatError {
  return ChatError.is(reason) && (reason.code === 'aborted' || reason.code === 'deadline-exceeded')
    ? reason
    : new ChatError('aborted', 'the stream was cancelled', { cause: reason, sent: 'yes' });
}
