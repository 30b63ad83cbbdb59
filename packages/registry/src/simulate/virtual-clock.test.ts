import { expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

it('passes a day at once, each event at its moment', async () => {
  const clock = new VirtualClock();
  const seen: [string, number][] = [];
  clock.setTimeout(() => seen.push(['evening', clock.now()]), 86_400_000);
  clock.setTimeout(() => seen.push(['morning', clock.now()]), 100);
  await clock.run();
  expect(seen).toEqual([
    ['morning', 100],
    ['evening', 86_400_000],
  ]);
});

it('settles whatever promises follow from an event before the next event, however long their chain', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  clock.setTimeout(async () => {
    for (let link = 0; link < 1_000; link += 1) await undefined;
    seen.push(`chain at ${clock.now()}`);
    clock.setTimeout(() => seen.push('follows'), 0.5);
  }, 1);
  clock.setTimeout(() => seen.push('next'), 2);
  await clock.run();
  expect(seen).toEqual(['chain at 1', 'follows', 'next']);
});

it('forgets what was called off', async () => {
  const clock = new VirtualClock();
  const timer = clock.setTimeout(() => expect.unreachable(), 10);
  clock.clearTimeout(timer);
  clock.clearTimeout(undefined);
  expect(clock.pending).toBe(0);
  await clock.run();
  expect(clock.now()).toBe(0);
});

it('ends with what an event throws', async () => {
  const clock = new VirtualClock();
  clock.setTimeout(() => {
    throw new Error('broken');
  }, 1);
  await expect(clock.run()).rejects.toThrow('broken');
});
