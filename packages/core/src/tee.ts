import type { ChatEvent } from './events.ts';

/** How far one branch may run ahead of the other, in events, where nothing else is said. */
const defaultMaxAhead = 65_536;

/** What one branch has still to read. Taken by an index: `shift` on a long array moves all the rest each time. */
interface Branch {
  queue: ChatEvent[];
  head: number;
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
  const first: Branch = { queue: [], head: 0, closed: false };
  const second: Branch = { queue: [], head: 0, closed: false };
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
      else for (const branch of [first, second]) if (!branch.closed) branch.queue.push(step.value);
    } catch (error) {
      ended = { error };
    } finally {
      pulling = undefined;
    }
  };

  const leave = async (own: Branch, other: Branch): Promise<void> => {
    if (own.closed) return;
    own.closed = true;
    own.queue = [];
    wake();
    if (other.closed && !ended) await events.return?.();
  };

  const read = async function* (own: Branch, other: Branch): AsyncGenerator<ChatEvent, undefined, undefined> {
    try {
      while (!own.closed) {
        const event = take(own);
        if (event) {
          wake();
          yield event;
        } else if (ended) {
          if ('error' in ended) throw ended.error;
          return;
        } else if (!other.closed && other.queue.length - other.head >= maxAhead) {
          await new Promise<void>((resolve) => wakeUps.push(resolve));
        } else {
          pulling ??= pull();
          await pulling;
        }
      }
    } finally {
      await leave(own, other);
    }
  };

  const branchOf = (own: Branch, other: Branch): AsyncIterable<ChatEvent> => {
    const reader = read(own, other);
    return {
      [Symbol.asyncIterator]: () => ({
        next: () => reader.next(),
        // A generator that nobody has begun to read ends without its `finally`.
        async return() {
          await leave(own, other);
          return { done: true, value: undefined };
        },
      }),
    };
  };

  return [branchOf(first, second), branchOf(second, first)];
}

function take(branch: Branch): ChatEvent | undefined {
  const event = branch.queue[branch.head];
  if (event === undefined) return undefined;
  branch.head += 1;
  // What was read is let go of once it is the larger part, so that a branch that always lags does not keep everything.
  if (
    branch.head === branch.queue.length ||
    (branch.head >= 1_024 && branch.head * 2 >= branch.queue.length)
  ) {
    branch.queue = branch.queue.slice(branch.head);
    branch.head = 0;
  }
  return event;
}
