import type { HttpResponse } from '@sluice/core/http';
import type { EraTraits } from '../era.ts';
import { allCandidates } from '../era-memory.ts';
import type { CreatedConversation } from '../wire/created-conversation.ts';
import { encodeMessage, type OutgoingMessage } from '../wire/message-body.ts';
import { type Refusal, readRefusal } from '../wire/refusal.ts';
import { acceptSettings } from './accept-settings.ts';
import { type Call, learn } from './call.ts';
import { findParent } from './find-parent.ts';
import { perhapsOtherEra } from './other-era.ts';

/** What a message post needs beside the call. */
export interface MessagePost extends Omit<OutgoingMessage, 'parentId'> {
  /** Told when the message goes out, and again if it was refused: whether an answer may be in the making. */
  readonly onGenerating: (generating: boolean) => void;
}

/** A message that was taken. */
export interface TakenMessage {
  readonly response: HttpResponse;
  readonly traits: EraTraits;
}

/**
 * Posts the message in the body of the likeliest era. The wrong body is a 500 in every era, before anything is generated or
 * stored: then the next candidate's body is tried, once. If what was remembered of the server has proved wrong, it is learnt
 * anew. Throws the server's refusal.
 */
export async function postMessage(
  call: Call,
  created: CreatedConversation,
  message: MessagePost,
): Promise<TakenMessage> {
  let remembered = call.memory.confirmed && !call.memory.fixed;
  let parentId = await findParent(call, created);
  while (true) {
    const traits = call.candidates[0] as EraTraits;
    const [kind = 'tgi'] = traits.accepts;
    const refuses = (each: EraTraits): boolean => !each.accepts.includes(kind);
    message.onGenerating(true);
    const response = await call.session.send(
      {
        method: 'POST',
        url: call.site.conversation(created.id),
        body: encodeMessage(kind, { ...message, parentId }),
      },
      call.scope,
    );
    if (response.status >= 200 && response.status < 300) {
      learn(call, ({ accepts }) => accepts.includes(kind));
      return { response, traits };
    }
    const refusal = await readRefusal('message', response, call.about, Date.now());
    message.onGenerating(false);
    if (refusal.wantsSettings && !call.settingsSent) {
      await acceptSettings(call);
      continue;
    }
    if (!isWrongBody(refusal)) throw refusal.error;
    if (call.memory.fixed) throw perhapsOtherEra(call, refusal.error);
    call.candidates = call.candidates.filter(refuses);
    if (call.candidates.length > 0) continue;
    if (!remembered) throw refusal.error;
    remembered = false;
    call.memory.forget();
    call.candidates = allCandidates('auto').filter(refuses);
    parentId = await findParent(call, created);
    if (!call.candidates.some(refuses)) throw refusal.error;
  }
}

function isWrongBody({ status, unexplained }: Refusal): boolean {
  return unexplained && status === 500;
}
