import type { ChatEvent } from './events.ts';

/** How far one branch may run ahead of the other, in events, where nothing else is said. */
const defaultMaxAhead = 65_536;

interface Branch {
  readonly queue: ChatEvent[];
  /** It was left early, or has ended. */
  closed: boolean;
}

/**
 * Two branches of one stream; each gets every event. A branch that is `maxAhead` events before the other waits for it, so
 * that memory stays bounded: read both at the same time, or leave one of them early. When both were left, the stream is
 * closed. A failure reaches both.
 *
 * @example
 * const [forUser, forLog] = tee(await provider.stream(request));
 * await Promise.all([show(forUser), collect(forLog)]);
 */
export function tee(
  stream: AsyncIterable<ChatEvent>,
  options: { readonly maxAhead?: number } = {},
): [AsyncIterable<ChatEvent>, AsyncIterable<ChatEvent>] {
  const maxAhead = options.maxAhead ?? defaultMaxAhead;
  const events = stream[Symbol.asyncIterator]();
  const branches: [Branch, Branch] = [
    { queue: [], closed: false },
    { queue: [], closed: false },
  ];
  let ended: { error?: unknown } | undefined;
  let pulling: Promise<void> | undefined;
  let wakeUps: (() => void)[] = [];

  const wake = (): void => {
    const waiting = wakeUps;
    wakeUps = [];
    for (const step of waiting) step();
  };

  const pull = async (): Promise<void> => {
    try {
      const step = await events.next();
      if (step.done) ended = {};
      else for (const branch of branches) if (!branch.closed) branch.queue.push(step.value);
    } catch (error) {
      ended = { error };
    } finally {
      pulling = undefined;
    }
  };

  const iterate = async function* (own: Branch, other: Branch): AsyncGenerator<ChatEvent, void, undefined> {
    try {
      while (true) {
        const event = own.queue.shift();
        if (event) {
          wake();
          yield event;
        } else if (ended) {
          if ('error' in ended) throw ended.error;
          return;
        } else if (!other.closed && other.queue.length >= maxAhead) {
          await new Promise<void>((resolve) => wakeUps.push(resolve));
        } else {
          pulling ??= pull();
          await pulling;
        }
      }
    } finally {
      own.closed = true;
      own.queue.length = 0;
      wake();
      if (other.closed && !ended) await events.return?.();
    }
  };

  return [iterate(branches[0], branches[1]), iterate(branches[1], branches[0])];
}
