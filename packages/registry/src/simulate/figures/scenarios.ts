import type { ResumeMode } from '../../route-options.ts';
import type { Distribution } from '../distribution.ts';
import type { OutageKind } from '../incidents.ts';
import { type SimulationConfig, simulate } from '../simulate.ts';
import type { SimulatedTarget } from '../simulated-target.ts';
import type { SimulationReport } from '../simulation-report.ts';

/** The seed of every published figure. */
const publishedSeed = 1;

const ids = ['a', 'b', 'c', 'd', 'e'];

/** The one of the five that something befalls, and its place. */
export const troubled = 2;

function fiveWith(trouble: Partial<SimulatedTarget>): SimulatedTarget[] {
  return ids.map((id, index) => (index === troubled ? { id, ...trouble } : { id }));
}

type StrategyUnderTest = 'round-robin' | 'weighted' | 'least-busy' | 'latency' | 'balanced';

function run(config: SimulationConfig, seed: number): Promise<SimulationReport> {
  return simulate({ ...config, seed });
}

/** One of five targets takes ten times as long to its first token. */
export function slowTarget(
  strategy: StrategyUnderTest,
  seed: number = publishedSeed,
): Promise<SimulationReport> {
  const firstTokenMs: Distribution = { kind: 'lognormal', median: 4_000, sigma: 0.5 };
  return run(
    {
      targets: fiveWith({ firstTokenMs }),
      load: { kind: 'poisson', perSecond: 50, requests: 4_000 },
      route: { strategy },
    },
    seed,
  );
}

const outageFromMs = 60_000;
export const outageUntilMs = 120_000;

/** One of five targets is down for a minute of four. */
export function outage(
  strategy: StrategyUnderTest,
  how: OutageKind,
  {
    seed = publishedSeed,
    resume = false,
  }: { readonly seed?: number; readonly resume?: ResumeMode | false } = {},
): Promise<SimulationReport> {
  return run(
    {
      targets: fiveWith({
        incidents: [{ kind: 'outage', how, fromMs: outageFromMs, untilMs: outageUntilMs }],
      }),
      load: { kind: 'poisson', perSecond: 25, durationMs: 240_000 },
      route: { strategy, resume },
      registry: { timeout: { connect: 2_000, firstToken: 10_000, idle: 10_000 } },
    },
    seed,
  );
}

/** One of five targets takes 100 requests a minute, and says how long to wait. */
export function rateLimit(seed: number = publishedSeed): Promise<SimulationReport> {
  return run(
    {
      targets: fiveWith({ rateLimit: { requests: 100, windowMs: 60_000 } }),
      load: { kind: 'poisson', perSecond: 30, durationMs: 240_000 },
    },
    seed,
  );
}

/** One answer in 33 takes ten times as long to begin, at whichever target. */
export function hedging(
  afterMs: 'p95' | number | undefined,
  seed: number = publishedSeed,
): Promise<SimulationReport> {
  const firstTokenMs: Distribution = {
    kind: 'bimodal',
    one: { kind: 'lognormal', median: 400, sigma: 0.4 },
    other: { kind: 'lognormal', median: 4_000, sigma: 0.4 },
    share: 0.03,
  };
  return run(
    {
      targets: ids.map((id) => ({ id, firstTokenMs })),
      load: { kind: 'poisson', perSecond: 50, requests: 4_000 },
      route: { hedge: afterMs === undefined ? false : { afterMs } },
    },
    seed,
  );
}

export const stormPerSecond = 100;

/** What keeps a storm small: all of it, all but the retry budget, or no breaker that opens for less than nine failures in ten. */
export type StormGuard = 'default' | 'no retry budget' | 'patient breakers';

const guards: { readonly [Guard in StormGuard]: NonNullable<SimulationConfig['registry']> } = {
  default: {},
  'no retry budget': { retry: { budget: { ratio: 1_000 } } },
  'patient breakers': { breaker: { share: 0.9, inARow: 20 } },
};

/** Every target fails a share of its calls. */
export function storm(
  share: number,
  guard: StormGuard,
  seed: number = publishedSeed,
): Promise<SimulationReport> {
  return run(
    {
      targets: ids.map((id) => ({ id, failures: [{ code: 'server-error', share }] })),
      load: { kind: 'poisson', perSecond: stormPerSecond, durationMs: 40_000 },
      registry: guards[guard],
    },
    seed,
  );
}
