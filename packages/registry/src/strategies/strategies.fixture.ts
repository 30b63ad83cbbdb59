import type { RankInput, RankTarget } from './rank.ts';

/** mulberry32: a small seeded generator, good enough to draw with. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface FakeTarget {
  readonly weight?: number;
  readonly price?: number;
  readonly inFlight?: number;
  readonly awaiting?: number;
  readonly good?: number;
  readonly firstTokenMs?: number;
}

export function target(id: string, fake: FakeTarget = {}): RankTarget {
  return {
    id,
    provider: id.split(':')[0] as string,
    weight: fake.weight ?? 1,
    costPerMillionTokens: fake.price,
    inFlight: fake.inFlight ?? 0,
    awaiting: fake.awaiting ?? 0,
    successRate: () => fake.good ?? 1,
    firstTokenMs: () => fake.firstTokenMs ?? 100,
    tokensPerSecond: () => 0,
  };
}

export function input(targets: readonly RankTarget[], more: Partial<RankInput> = {}): RankInput {
  return {
    targets,
    places: targets.length,
    nowMs: 0,
    random: seeded(1),
    sequence: 0,
    inputChars: 10,
    ...more,
  };
}
