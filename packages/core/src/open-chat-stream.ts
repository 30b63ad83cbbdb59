import { CallScope } from './call-scope.ts';
import type { ChatEventSource, ChatStream, StreamOutcome } from './chat-stream.ts';
import { EventStream } from './event-stream.ts';
import type { ChatEvent } from './events.ts';
import type { RouteDecision } from './route-decision.ts';

/** What `openChatStream` needs to know. */
export interface OpenChatStream {
  /** Id of the provider, for errors and for the stream. */
  readonly provider: string;
  readonly model?: string | undefined;
  /** The call's lifetime: made by the provider from the caller's options, ended by the stream. */
  readonly scope: CallScope;
  /** Delivered before everything else: warnings, usually. */
  readonly first?: readonly ChatEvent[];
  /** Sends the request and answers with where the events come from. Whatever it waits for should end with `scope`. */
  readonly open: () => ChatEventSource | Promise<ChatEventSource>;
}

/**
 * Opens a stream the way the contract says: resolves after the first event that a user would see, rejects if there is none,
 * keeps the limits, closes the source exactly once, and lets nothing through after the end.
 */
export function openChatStream(options: OpenChatStream): Promise<ChatStream> {
  return EventStream.open(
    { provider: options.provider, model: options.model },
    options.scope,
    options.first ?? [],
    options.open,
  );
}

/**
 * Marks a stream with the route that it took, and has `onEnd` called once when it ends. Streams made by `openChatStream` are
 * marked in place and cost nothing more per event; one that is made otherwise is read through a stream of ours. `first` is
 * delivered before everything else that was not read yet: warnings of whoever chose the route. What `onEnd` throws is
 * reported as a warning of the process, and spoils nothing.
 */
export async function attachRoute(
  stream: ChatStream,
  route: RouteDecision,
  onEnd: (outcome: StreamOutcome) => void,
  first: readonly ChatEvent[] = [],
  signal?: AbortSignal,
): Promise<ChatStream> {
  const ours = stream instanceof EventStream ? stream : await adopt(stream, signal);
  ours.attach(route, onEnd, first);
  return ours;
}

/** A stream of ours over one that somebody made without `openChatStream`. */
function adopt(stream: ChatStream, signal: AbortSignal | undefined): Promise<EventStream> {
  const events = stream[Symbol.asyncIterator]();
  const timeout = { connect: 0, firstToken: 0, idle: 0 };
  const scope = new CallScope(signal ? { signal, timeout } : { timeout });
  return EventStream.open({ provider: stream.provider, model: stream.model }, scope, [], () => ({
    async pull(into) {
      const step = await events.next();
      if (step.done) return false;
      into.push(step.value);
      return true;
    },
    async close(outcome) {
      if (outcome !== 'finished') await stream.cancel();
    },
  }));
}
