import { CallScope, ChatError } from '@sluice/core';
import type { Session, SessionRequest } from '../wire/session.ts';
import type { Site } from '../wire/site.ts';

/** What is left of a call on the server. */
export interface Leftover {
  readonly conversationId: string;
  /** An answer may still be in the making: closing the socket alone does not stop it. */
  readonly generating: boolean;
  /** The conversation stays. */
  readonly keep: boolean;
}

/**
 * Leaves nothing behind: stops what is being generated, then deletes the conversation. It has a lifetime of its own, since the
 * call's is over; it takes `timeoutMs` at most and never throws, whatever the server says. Stopping gets half of the time, so
 * that a stop that hangs does not cost the deletion.
 */
export async function cleanUp(
  leftover: Leftover,
  site: Site,
  session: Session,
  timeoutMs: number,
): Promise<void> {
  const scope = new CallScope({ timeout: { total: timeoutMs, connect: 0, firstToken: 0, idle: 0 } });
  const { conversationId: id, generating, keep } = leftover;
  try {
    if (generating) await attempt(session, { method: 'POST', url: site.stopGenerating(id) }, timeoutMs / 2);
    if (keep) return;
    const remove: SessionRequest = { method: 'DELETE', url: site.conversation(id) };
    // A kept connection may be closed by the server at the very moment: then once more, on a new one.
    if ((await attempt(session, remove, timeoutMs, scope)) === 'network') {
      await attempt(session, remove, timeoutMs, scope);
    }
  } finally {
    scope.close();
  }
}

/** Sends a request whose answer nobody needs. Tells a broken connection from everything else. */
async function attempt(
  session: Session,
  request: SessionRequest,
  timeoutMs: number,
  within?: CallScope,
): Promise<'network' | 'done'> {
  const scope =
    within ?? new CallScope({ timeout: { total: timeoutMs, connect: 0, firstToken: 0, idle: 0 } });
  try {
    const response = await session.send(request, scope);
    response.body.release();
    return 'done';
  } catch (error) {
    return ChatError.is(error) && error.code === 'network' ? 'network' : 'done';
  } finally {
    if (!within) scope.close();
  }
}
