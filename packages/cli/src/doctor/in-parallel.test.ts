import { expect, it } from 'vitest';
import { inParallel } from './in-parallel.ts';

it('works at so many things at the same time and not more, and keeps their order', async () => {
  let running = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3, 0], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < item; turn += 1) await Promise.resolve();
    running -= 1;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30, 0]);
  expect(most).toBe(2);
});

it('does nothing with nothing, and fails as the first that fails', async () => {
  expect(await inParallel([], 4, () => Promise.reject(new Error('called')))).toEqual([]);
  await expect(inParallel([1, 2], 4, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});
