import type { ChatProvider } from '@sluice/core';
import { type RegistryConfig, systemTimers } from '@sluice/registry';
import { nothingLeft } from '../expected-facts.ts';
import type { Facts } from '../facts.ts';
import { registryDefaults } from '../lane.ts';
import { patiently } from '../patiently.ts';
import type { Scenario, Stage } from '../stage.ts';
import { createSecond } from '../subjects.ts';
import { times } from '../words.ts';
import { alone, only, secondMeant } from './routing.ts';

/** A clock that can be put forward: nobody waits for a breaker to cool down. */
function hurriedTimers(): {
  readonly timers: NonNullable<RegistryConfig['timers']>;
  forward(ms: number): void;
} {
  let aheadMs = 0;
  return {
    timers: { ...systemTimers, now: () => systemTimers.now() + aheadMs },
    forward: (ms) => {
      aheadMs += ms;
    },
  };
}

const failuresToOpen = 5;
const callers = 100;

/** A provider whose calls, once it is shut, wait at a gate. */
function gated(provider: ChatProvider): { readonly provider: ChatProvider; shut(): () => void } {
  let gate: Promise<void> | undefined;
  return {
    provider: {
      ...provider,
      async stream(request, options) {
        await gate;
        return provider.stream(request, options);
      },
    },
    shut() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
  };
}

async function breaker(stage: Stage): Promise<Facts> {
  const { timers, forward } = hurriedTimers();
  const { provider, shut } = gated(stage.createProvider());
  const front = await stage.open({ config: { maxAttempts: 1, timers, providers: [provider] } });
  const state = (): string => front.registry?.snapshot().targets[0]?.breaker.state ?? '';
  stage.strike({ name: 'status-500' });
  for (let each = 0; each < failuresToOpen; each += 1) await front.call().outcome('');
  const opened = state();
  await front.call().outcome('');
  const askedWhileOpen = stage.asked().length - failuresToOpen;
  stage.lane.sandbox.clearFaults();
  forward(20_000);
  const before = stage.asked().length;
  const open = shut();
  let refused = 0;
  const outcomes = Array.from({ length: callers }, async () => {
    const outcome = await front.call().outcome(stage.meant);
    refused += 1;
    return outcome;
  });
  // The probe is let go once everybody else knows: who came after its end would rightly be let through.
  await patiently(() => refused === callers - 1);
  open();
  const answered = (await Promise.all(outcomes)).filter((outcome) => outcome.includes('the answer')).length;
  const probes = stage.asked().length - before;
  await front.call().outcome(stage.meant);
  const closed = state();
  await front.close();
  return {
    breaker: `${opened}, then ${closed}`,
    'while open': askedWhileOpen === 0 ? 'not asked' : 'asked',
    'half-open, 100 callers': `${probes} asked, ${answered} answered`,
    ...(await stage.left()),
  };
}

const breakerEnds: Facts = {
  breaker: 'open, then closed',
  'while open': 'not asked',
  'half-open, 100 callers': '1 asked, 1 answered',
  left: nothingLeft,
};

const noBudget = { ...registryDefaults.retry, budget: { ratio: 0, minPerSecond: 0 } };

async function withoutBudget(stage: Stage, targets: 1 | 2): Promise<Facts> {
  const { sandbox } = stage.lane;
  stage.strike({ name: 'status-500' });
  const second = targets === 2 ? [createSecond(sandbox.urls)] : [];
  const front = await stage.open({
    providers: [stage.createProvider(), ...second],
    config: { retry: noBudget },
  });
  const caller = await front.call().outcome(secondMeant);
  await front.close();
  return { caller, 'first target': `asked ${times(stage.asked().length)}`, ...(await stage.left()) };
}

/** Faults 75 and 76: what keeps a registry from asking too much. */
export const guardScenarios: readonly Scenario[] = [
  {
    number: '75',
    group: 'registry',
    fault: 'the breaker is open, and half-open with 100 callers',
    only,
    play: breaker,
    ends: { alone, registry: breakerEnds, gateway: breakerEnds },
  },
  {
    number: '76',
    group: 'registry',
    fault: 'the retry budget is empty',
    variant: 'one target',
    only,
    play: (stage) => withoutBudget(stage, 1),
    ends: {
      alone,
      registry: { caller: '`server-error`', 'first target': 'asked once', left: nothingLeft },
      gateway: { caller: '502 `upstream_error`', 'first target': 'asked once', left: nothingLeft },
    },
  },
  {
    number: '76',
    group: 'registry',
    fault: 'the retry budget is empty',
    variant: 'a second target that answers well costs nothing (decision 0009)',
    only,
    play: (stage) => withoutBudget(stage, 2),
    ends: {
      alone,
      registry: { caller: 'the answer', 'first target': 'asked once', left: nothingLeft },
      gateway: { caller: '200, the answer, `[DONE]`', 'first target': 'asked once', left: nothingLeft },
    },
  },
];
