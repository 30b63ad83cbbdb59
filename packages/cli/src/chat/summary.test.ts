import { describe, expect, it } from 'vitest';
import type { Answered } from './answer.ts';
import type { Measured } from './meter.ts';
import { createMeter } from './meter.ts';
import { summaryLines } from './summary.ts';

const answered = (measured: Measured, more: Partial<Answered> = {}): Answered => ({
  answeredBy: 'h2o:falcon',
  reason: 'stop',
  measured,
  ...more,
});

describe('the summary of an answer', () => {
  it('tells who answered and how fast, after who was tried before and why that failed', () => {
    const lines = summaryLines(
      answered(
        { firstTokenMs: 210.4, totalMs: 2_210.4, chunks: 90, characters: 400, usage: { outputTokens: 101 } },
        {
          route: {
            requested: 'default',
            strategy: 'ordered',
            candidates: [],
            plan: [],
            attempts: [
              {
                target: 'ylokh:gpt',
                outcome: 'network',
                message: 'the connection was reset',
                durationMs: 3.2,
              },
              { target: 'h2o:falcon', outcome: 'served', durationMs: 207 },
            ],
          },
        },
      ),
    );
    expect(lines).toEqual([
      'tried ylokh:gpt: the connection was reset (network, 3 ms)',
      'h2o:falcon answered: first token after 210 ms, 101 tokens at 50/s, 2.2 s in all',
    ]);
  });

  it.each<[Measured, string]>([
    [{ firstTokenMs: 100, totalMs: 1_100, chunks: 6, characters: 30 }, '6 chunks at 5.0/s'],
    [{ firstTokenMs: 100, totalMs: 100, chunks: 1, characters: 30 }, '30 characters'],
    [{ firstTokenMs: 100, totalMs: 100.2, chunks: 6, characters: 30 }, '6 chunks, '],
    [{ firstTokenMs: 1, totalMs: 2, chunks: 1, characters: 3, usage: { outputTokens: 1 } }, '1 token, '],
  ])('counts tokens, else chunks, else characters, and no rate that means nothing', (measured, part) => {
    expect(summaryLines(answered(measured))[0]).toContain(part);
  });

  it.each<[Answered['reason'], number, string]>([
    ['length', 30, 'the answer is cut off: it has reached its limit of tokens'],
    ['content-filter', 30, 'the answer is cut off: a content filter has stopped it'],
    ['interrupted', 30, 'the answer is cut off: the upstream has stopped it'],
    ['tool-calls', 0, 'the answer has no text'],
  ])('says first what an answer that ended by %s with %i characters lacks', (reason, characters, line) => {
    const lines = summaryLines(answered({ firstTokenMs: 1, totalMs: 2, chunks: 1, characters }, { reason }));
    expect(lines).toEqual([line, expect.stringContaining('h2o:falcon answered')]);
  });

  it('measures from the request, reasoning being the first token too', () => {
    let now = 1_000;
    const meter = createMeter(() => now);
    now = 1_050;
    meter.add({ type: 'response-metadata', id: 'x' });
    now = 1_100;
    meter.add({ type: 'reasoning-delta', text: 'hm' });
    now = 1_300;
    meter.add({ type: 'text-delta', text: 'four' });
    meter.add({ type: 'finish', reason: 'stop', usage: { outputTokens: 9 } });
    now = 1_400;
    expect(meter.measured()).toEqual({
      firstTokenMs: 100,
      totalMs: 400,
      chunks: 1,
      characters: 4,
      usage: { outputTokens: 9 },
    });
  });
});
