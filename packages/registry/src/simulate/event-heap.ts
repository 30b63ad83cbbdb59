/** Something that is to happen at a moment of virtual time. */
export interface TimedEvent {
  readonly atMs: number;
  /** Tells events of the same moment apart: what was planned first happens first. */
  readonly order: number;
  readonly run: () => void;
  /** Its place in the heap; -1 once it is out. */
  index: number;
}

/**
 * What is to happen, soonest first: a binary heap in which every event knows its place, so that one that is called off leaves at
 * once. A timeout that is set for each call and nearly never fires would otherwise fill the memory.
 */
export class EventHeap {
  readonly #events: TimedEvent[] = [];

  get size(): number {
    return this.#events.length;
  }

  push(event: TimedEvent): void {
    this.#events.push(event);
    this.#rise(event, this.#events.length - 1);
  }

  /** Takes the soonest out. */
  pop(): TimedEvent | undefined {
    const first = this.#events[0];
    if (first) this.remove(first);
    return first;
  }

  /** Takes it out wherever it is; nothing happens if it is not in. */
  remove(event: TimedEvent): void {
    const { index } = event;
    if (index < 0) return;
    event.index = -1;
    const last = this.#events.pop() as TimedEvent;
    if (last === event) return;
    const parent = this.#events[(index - 1) >> 1];
    if (index > 0 && parent && isBefore(last, parent)) this.#rise(last, index);
    else this.#sink(last, index);
  }

  #rise(event: TimedEvent, from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#events[above] as TimedEvent;
      if (!isBefore(event, parent)) break;
      this.#put(parent, at);
      at = above;
    }
    this.#put(event, at);
  }

  #sink(event: TimedEvent, from: number): void {
    const { length } = this.#events;
    let at = from;
    while (true) {
      let below = 2 * at + 1;
      if (below >= length) break;
      const right = this.#events[below + 1];
      if (right && isBefore(right, this.#events[below] as TimedEvent)) below += 1;
      const child = this.#events[below] as TimedEvent;
      if (!isBefore(child, event)) break;
      this.#put(child, at);
      at = below;
    }
    this.#put(event, at);
  }

  #put(event: TimedEvent, at: number): void {
    this.#events[at] = event;
    event.index = at;
  }
}

function isBefore(one: TimedEvent, other: TimedEvent): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
