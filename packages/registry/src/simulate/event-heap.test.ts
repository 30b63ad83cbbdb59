import { expect, it } from 'vitest';
import { seededRandom } from '../random-source.ts';
import { EventHeap, type TimedEvent } from './event-heap.ts';

function event(atMs: number, order: number): TimedEvent {
  return { atMs, order, run: () => {}, index: -1 };
}

function drained(heap: EventHeap): TimedEvent[] {
  const events: TimedEvent[] = [];
  for (let next = heap.pop(); next; next = heap.pop()) events.push(next);
  return events;
}

it('gives events by time, and those of one moment in the order in which they were planned', () => {
  const heap = new EventHeap();
  const planned = [5, 1, 5, 3, 1].map(event);
  for (const one of planned) heap.push(one);
  expect(drained(heap).map(({ atMs, order }) => [atMs, order])).toEqual([
    [1, 1],
    [1, 4],
    [3, 3],
    [5, 0],
    [5, 2],
  ]);
});

it('lets go of what is called off, wherever it is, and keeps the order of the rest', () => {
  const { next } = seededRandom(1);
  for (let round = 0; round < 200; round += 1) {
    const heap = new EventHeap();
    const events = Array.from({ length: 30 }, (_, order) => event(Math.floor(next() * 20), order));
    for (const one of events) heap.push(one);
    const left = events.filter((one) => {
      if (next() < 0.5) return true;
      heap.remove(one);
      heap.remove(one);
      return false;
    });
    expect(heap.size).toBe(left.length);
    left.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
    expect(drained(heap)).toEqual(left);
  }
});
