import { noLimits } from './call-limits.ts';
import { channels, type RegistryEvent } from './channels.ts';
import type { Directory } from './directory.ts';
import type { Engine } from './engine.ts';
import type { BreakerSettings } from './health/breaker.ts';
import { defaultBreakerTuning } from './health/breaker-tuning.ts';
import { type Cooldowns, createCooldowns } from './health/cooldowns.ts';
import { createRetryBudget, defaultHedgeBudget } from './limits/retry-budget.ts';
import type { LimitsSettings } from './limits/target-limits.ts';
import { foreignRandom, type RandomSource, seededRandom } from './random-source.ts';
import type { RegistryConfig } from './registry.ts';
import { linkState, type StateLink } from './state-link.ts';
import type { SharedState } from './target-state.ts';
import { systemTimers } from './timers.ts';

/** How many registries this process has made. */
let instances = 0;

const defaultMaxRetryWaitMs = 10_000;

const defaultQueue = { maxWaiting: 100, maxWaitMs: 30_000 };

/** The engine of a registry, the state that its targets share, and its random numbers. */
export interface EngineParts {
  /** Where a store is configured. */
  readonly link: StateLink | undefined;
  readonly engine: Engine;
  readonly shared: SharedState;
  readonly random: RandomSource;
}

/** Settles what a checked configuration says about how requests are made. */
export function createEngine(id: string, config: RegistryConfig, directory: () => Directory): EngineParts {
  instances += 1;
  const origin: RegistryEvent = { registry: id, instance: instances };
  const { timers = systemTimers, retry = {}, queue = {}, timeout } = config;
  const random =
    config.random === undefined
      ? seededRandom(config.seed ?? Math.floor(Math.random() * 2 ** 32))
      : foreignRandom(config.random);
  const link = config.stateStore && linkState(config.stateStore, timers, () => cooldowns, directory);
  const cooldowns: Cooldowns = createCooldowns({
    onCool: (cooldown) => {
      link?.sync.cooled(cooldown);
      link?.changed();
      if (!channels.cooldown.hasSubscribers) return;
      const forMs = Math.round(cooldown.untilMs - timers.now());
      channels.cooldown.publish({ ...origin, ...cooldown, forMs });
    },
  });
  const breakers: BreakerSettings = {
    tuning: { ...defaultBreakerTuning, ...config.breaker },
    onChange: (change) => {
      link?.sync.breakerChanged(change);
      link?.changed();
      if (channels.breaker.hasSubscribers) channels.breaker.publish({ ...origin, ...change });
    },
  };
  const engine: Engine = {
    id,
    origin,
    timers,
    cooldowns,
    random: random.next,
    timeouts: typeof timeout === 'number' ? { total: timeout } : (timeout ?? noLimits),
    retryBudget: createRetryBudget(retry.budget),
    hedgeBudget: createRetryBudget({ ...defaultHedgeBudget, ...config.hedgeBudget }),
    backoff: retry,
    maxRetryWaitMs: retry.maxWaitMs ?? defaultMaxRetryWaitMs,
    queue: { ...defaultQueue, ...queue },
    onFreed: ({ state }) => {
      if (state.queue.length > 0) state.queue.pump();
    },
  };
  const limits: LimitsSettings =
    link === undefined
      ? {}
      : {
          onUse: (key, requests, tokens, atMs) => {
            link.sync.used(key, requests, tokens, atMs);
            link.changed();
          },
        };
  return { engine, random, link, shared: { timers, cooldowns, breakers, limits } };
}
