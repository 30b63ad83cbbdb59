import {
  applyStopSequences,
  attachRoute,
  CallScope,
  ChatError,
  type ChatEvent,
  type ChatEventSource,
  type ChatRequest,
  type ChatStream,
  type Message,
  openChatStream,
} from '@sluice/core';
import type { Call } from './call.ts';
import type { ResumeMode } from './route-options.ts';

/** The longest text that is gone on with, in UTF-16 units: what is kept of an answer is bounded. */
const longestText = 262_144;

/** What the next target is told, after the answer so far. */
const goOn: Message = {
  role: 'user',
  content:
    'Your last message was cut off by a fault of the line, not by me. Go on exactly where it ends: begin with the very next ' +
    'character, repeat nothing of it, and say nothing about the interruption.',
};

/**
 * The answer of a call that outlives its target: when it breaks off after it has begun, the next target goes on with it
 * (`continue`) or begins again (`restart`). A `warning` event marks the place: `resumed`, or `restarted`, from which on everything
 * before is void. It still ends once. If nobody takes it up, the failure reaches the reader as it would have.
 */
export async function resumingStream(
  call: Call,
  first: ChatStream,
  request: ChatRequest,
  mode: ResumeMode,
): Promise<ChatStream> {
  const unlimited = { connect: 0, firstToken: 0, idle: 0, total: 0 };
  try {
    const stream = await openChatStream({
      provider: first.provider,
      model: first.model,
      // The limits are kept by each target's own stream, and the caller's abort comes through it.
      scope: new CallScope({ timeout: unlimited }),
      open: () => withStops(resumingSource(call, first, request, mode), request, mode),
    });
    return await attachRoute(stream, call.route, ending(call));
  } catch (error) {
    call.abort();
    throw error;
  }
}

/** Each target minds stop sequences in its own text; one that begins before the seam and ends after it nobody else would see. */
function withStops(source: ChatEventSource, { stop }: ChatRequest, mode: ResumeMode): ChatEventSource {
  return stop === undefined || mode === 'restart' ? source : applyStopSequences(source, [stop].flat());
}

function ending(call: Call): () => void {
  return () => call.end();
}

function resumingSource(
  call: Call,
  first: ChatStream,
  request: ChatRequest,
  mode: ResumeMode,
): ChatEventSource {
  let current = first;
  let events = first[Symbol.asyncIterator]();
  let text = '';
  let isText = request.responseFormat?.type !== 'json' && (request.tools?.length ?? 0) === 0;

  const note = (event: ChatEvent): void => {
    if (event.type === 'text-delta') {
      if (text.length + event.text.length > longestText) isText = false;
      else text += event.text;
    } else if (event.type === 'tool-call' || event.type === 'tool-call-delta') isText = false;
  };

  return {
    async pull(into) {
      try {
        const step = await events.next();
        if (step.done) return false;
        if (mode === 'continue' && isText) note(step.value);
        into.push(step.value);
        return true;
      } catch (error) {
        if (!ChatError.is(error) || (mode === 'continue' && !isText)) throw error;
        const from = call.route.target ?? current.provider;
        const again = mode === 'continue' ? continued(request, text) : request;
        const next = await call.takeUp(again, mode, error, from);
        if (!next) {
          // It has only its own target's part; the reader is told all that there was.
          delete error.partial;
          throw error;
        }
        current = next;
        events = next[Symbol.asyncIterator]();
        into.push(seam(mode, from, call.route.target ?? next.provider, error));
        return true;
      }
    },
    async close(outcome) {
      if (outcome === 'finished') return;
      // Also what is being opened to take the answer up.
      call.abort();
      await current.cancel();
    },
  };
}

/** The conversation with the answer so far. If it had said no text yet, there is nothing to go on with: it is asked as before. */
function continued(request: ChatRequest, text: string): ChatRequest {
  if (text === '') return request;
  return { ...request, messages: [...request.messages, { role: 'assistant', content: text }, goOn] };
}

function seam(mode: ResumeMode, from: string, to: string, { code }: ChatError): ChatEvent {
  return mode === 'continue'
    ? {
        type: 'warning',
        code: 'resumed',
        message: `the answer of ${from} broke off (${code}); from here on ${to} goes on with it`,
      }
    : {
        type: 'warning',
        code: 'restarted',
        message: `the answer of ${from} broke off (${code}); what came so far is void, ${to} begins again`,
      };
}
