import { describe, expect, it } from 'vitest';
import { ByteGatherer } from './byte-gatherer.ts';

describe('bytes that are gathered', () => {
  it.each([1, 7, 1_023, 1_024, 1_025, 5_000])('come out as they went in, in %i pieces', (pieces) => {
    const gatherer = new ByteGatherer();
    const sent: Buffer[] = [];
    for (let index = 0; index < pieces; index += 1) {
      const piece = Buffer.from(String(index));
      sent.push(piece);
      gatherer.add(piece);
    }
    expect(gatherer.bytes).toBe(Buffer.concat(sent).length);
    expect(gatherer.take()).toEqual(Buffer.concat(sent));
    expect([gatherer.bytes, gatherer.take().length]).toEqual([0, 0]);
  });

  it('do not hold on to the memory that small pieces were cut from', async () => {
    const gatherer = new ByteGatherer();
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 0; index < 20_000; index += 1) gatherer.add(Buffer.alloc(16_384).subarray(0, 1));
    const { setFlagsFromString } = await import('node:v8');
    setFlagsFromString('--expose-gc');
    const { runInNewContext } = await import('node:vm');
    (runInNewContext('gc') as () => void)();
    expect(gatherer.bytes).toBe(20_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 2 ** 20);
  });
});
