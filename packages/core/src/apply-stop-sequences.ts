import type { ChatEventSource } from './chat-stream.ts';
import type { ChatEvent } from './events.ts';
import { StopFilter } from './stop-sequences.ts';

/**
 * A source that ends before the first stop sequence in its text: for protocols that have none. Once it has stopped, the
 * upstream is cancelled: what it would still say is of no use.
 */
export function applyStopSequences(source: ChatEventSource, stops: readonly string[]): ChatEventSource {
  const filter = new StopFilter(stops);
  const incoming: ChatEvent[] = [];
  let stopped = false;

  const flush = (into: ChatEvent[]): void => {
    const rest = filter.end();
    if (rest.length > 0) into.push({ type: 'text-delta', text: rest });
  };

  const pass = (into: ChatEvent[]): void => {
    for (const event of incoming) {
      if (event.type === 'text-delta') {
        const { text, stoppedBy } = filter.push(event.text);
        if (text.length > 0) into.push({ type: 'text-delta', text });
        if (stoppedBy !== undefined) {
          stopped = true;
          into.push({ type: 'finish', reason: 'stop' });
          break;
        }
      } else {
        // Text that was held back comes before whatever follows it.
        if (event.type === 'finish' || event.type === 'tool-call' || event.type === 'tool-call-delta')
          flush(into);
        into.push(event);
      }
    }
    incoming.length = 0;
  };

  const settle = (into: ChatEvent[], more: boolean): boolean => {
    pass(into);
    if (!more && !stopped) flush(into);
    return more;
  };

  /** Whatever arrived before the failure still counts; behind a stop sequence it is no failure any more. */
  const fail = (into: ChatEvent[], error: unknown): boolean => {
    pass(into);
    if (stopped) return true;
    flush(into);
    throw error;
  };

  return {
    pull(into) {
      if (stopped) return false;
      let answer: boolean | Promise<boolean>;
      try {
        answer = source.pull(incoming);
      } catch (error) {
        return fail(into, error);
      }
      return typeof answer === 'boolean'
        ? settle(into, answer)
        : answer.then(
            (more) => settle(into, more),
            (error: unknown) => fail(into, error),
          );
    },
    close: (outcome) => source.close(stopped ? 'cancelled' : outcome),
  };
}
