import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { PartialCollector } from './partial-collector.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('what is kept of an answer costs about as much as it says, however small its pieces are', () => {
  const tokens = 500_000;
  const collectors = Array.from({ length: 10 }, () => new PartialCollector());
  const before = heapBytes();
  for (let index = 0; index < tokens / 10; index += 1) {
    // Decoded, so that each piece is a string of its own, as tokens are.
    for (const collector of collectors) collector.text(JSON.parse(`" ${index % 900}"`) as string);
  }
  const bytesPerToken = (heapBytes() - before) / tokens;
  expect(collectors[0]?.partial()?.text).toMatch(/^ 0 1 2 .* 498 499$/);
  // 3.8 characters each. One growing string took 32 here, and 54 in a stream, where no two pieces are the same string.
  expect(bytesPerToken).toBeLessThan(10);
});

test('pieces stay in order, a long answer is cut and says so, and one that begins again forgets', () => {
  const collector = new PartialCollector();
  expect(collector.partial()).toBe(undefined);
  for (let index = 0; index < 1_000; index += 1) collector.text(`${index},`);
  expect(collector.partial()).toMatchObject({
    text: Array.from({ length: 1_000 }, (_, index) => `${index},`).join(''),
    complete: true,
  });
  collector.text('x'.repeat(300_000));
  collector.text('y');
  const cut = collector.partial();
  expect(cut?.text).toHaveLength(262_144);
  expect(cut?.complete).toBe(false);
  collector.forget();
  expect(collector.partial()).toBe(undefined);
  collector.reasoning('why');
  expect(collector.partial()).toEqual({ text: '', reasoning: 'why', toolCalls: [], complete: true });
});
