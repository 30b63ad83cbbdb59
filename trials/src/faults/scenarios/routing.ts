import type { ChatErrorCode } from '@sluice/core';
import { systemTimers } from '@sluice/registry';
import type { FaultName, FaultRequest } from '@sluice/sandbox';
import { nothingLeft } from '../expected-facts.ts';
import type { Facts } from '../facts.ts';
import { secondSayings } from '../lane.ts';
import { policyOf } from '../policy.ts';
import type { Scenario, Stage } from '../stage.ts';
import { createSecond, secondService, subjectNames } from '../subjects.ts';
import { times } from '../words.ts';

export const alone = 'a provider is one target';

/** One provider stands for all: what a target fails with is all that the registry sees of it. */
export const only: NonNullable<Scenario['only']> = {
  subjects: subjectNames.slice(0, 1),
  why: 'the registry sees codes and no protocols: one provider stands for all',
};

const shortMs = 120;

/** One fault for each code that ends an answer before it begins. */
const beforeCommit: readonly FaultRequest[] = [
  { name: 'reset-before-headers' },
  { name: 'never-answer' },
  { name: 'garbage' },
  { name: 'status-401' },
  { name: 'status-402' },
  { name: 'status-413' },
  { name: 'status-429' },
  { name: 'status-500' },
  { name: 'status-529' },
  { name: 'redirect-302' },
  { name: 'error-as-json' },
  { name: 'challenge-page' },
  { name: 'empty-body' },
  { name: 'only-finish' },
];

const afterCommit: readonly FaultRequest[] = [
  { name: 'reset' },
  { name: 'clean-close' },
  { name: 'stall' },
  { name: 'error-event' },
  { name: 'malformed-json' },
];

/** Calls over two targets, the first of which has a fault: what callers got, and how often the second was asked. */
async function overTwo(stage: Stage, faults: readonly FaultRequest[]): Promise<Facts> {
  const { sandbox } = stage.lane;
  const outcomes = new Set<string>();
  let seconds = 0;
  for (const fault of faults) {
    stage.strike(fault);
    const timeout = { firstToken: fault.name === 'never-answer' ? shortMs : 10_000, idle: shortMs };
    const front = await stage.open({
      providers: [stage.createProvider({ timeout }), createSecond(sandbox.urls)],
    });
    const meant = faults === beforeCommit ? secondMeant : stage.meant;
    outcomes.add(withoutCode(await front.call().outcome(meant)));
    await front.close();
    seconds = sandbox.requestsTo({ service: secondService, phase: 'message' }).length;
  }
  const { left } = await stage.left();
  return {
    caller: [...outcomes].join(' or '),
    'second target': `asked in ${seconds} of ${faults.length} ways of failing`,
    left,
  };
}

/** What the second target says. */
export const secondMeant: string = secondSayings.join('');

/** Each of several faults has a code of its own. */
function withoutCode(outcome: string): string {
  return outcome.replace(/then `[\w-]+`/, 'then its code');
}

/** Two targets that fail each in its own way, and what stands for both. */
interface Pair {
  readonly first: FaultName;
  readonly second: FaultName;
  readonly words: string;
  /** The most informative of the two (section 4): what passes before what an operator mends, before what is only silence. */
  readonly code: ChatErrorCode;
}

const pairs: readonly Pair[] = [
  { first: 'reset-before-headers', second: 'status-429', words: 'network and 429', code: 'rate-limited' },
  { first: 'status-429', second: 'reset-before-headers', words: '429 and network', code: 'rate-limited' },
  { first: 'status-500', second: 'status-401', words: '500 and 401', code: 'server-error' },
  { first: 'status-401', second: 'garbage', words: '401 and garbage', code: 'auth' },
  { first: 'status-413', second: 'status-529', words: '413 and 529', code: 'overloaded' },
  {
    first: 'garbage',
    second: 'reset-before-headers',
    words: 'garbage and network',
    code: 'invalid-response',
  },
];

async function bothFail(stage: Stage, { first, second }: Pair): Promise<Facts> {
  const { sandbox } = stage.lane;
  stage.strike({ name: first });
  sandbox.setFault({ service: secondService, phase: 'message' }, second);
  const front = await stage.open({ providers: [stage.createProvider(), createSecond(sandbox.urls)] });
  const caller = await front.call().outcome(stage.meant);
  await front.close();
  return { caller, ...(await stage.left()) };
}

/** What a caller of the gateway gets, told by the same code. */
function failing(code: ChatErrorCode): Scenario['ends'] {
  const { status, word } = policyOf(code);
  return {
    alone,
    registry: { caller: `\`${code}\``, left: nothingLeft },
    gateway: { caller: `${status} \`${word}\``, left: nothingLeft },
  };
}

const deadlineMs = 30_000;

async function waitIsTooLong(stage: Stage): Promise<Facts> {
  stage.strike({ name: 'status-429', parameters: { retryAfter: 'seconds', retryAfterMs: 60_000 } });
  const front = await stage.open({
    config: {
      timeout: deadlineMs,
      timers: systemTimers,
      retry: { baseMs: 1, maxWaitMs: 120_000 },
    },
  });
  const startedAt = performance.now();
  const caller = await front.call().outcome(stage.meant);
  const tookMs = performance.now() - startedAt;
  await front.close();
  return {
    caller,
    upstream: `asked ${times(stage.asked().length)}`,
    told: tookMs < deadlineMs / 2 ? 'at once' : 'at the deadline',
    ...(await stage.left()),
  };
}

async function waitFits(stage: Stage): Promise<Facts> {
  stage.strike({ name: 'status-429', parameters: { retryAfter: 'ms', retryAfterMs: 50 }, times: 1 });
  const front = await stage.open({ config: { timeout: 10_000, timers: systemTimers } });
  const caller = await front.call().outcome(stage.meant);
  await front.close();
  return { caller, upstream: `asked ${times(stage.asked().length)}`, ...(await stage.left()) };
}

/** Faults 71 to 74: where a call goes after failures. */
export const routingScenarios: readonly Scenario[] = [
  {
    number: '71',
    group: 'registry',
    fault: 'the first target fails before the commit point (and in each row of 1-56)',
    play: (stage) => overTwo(stage, beforeCommit),
    ends: {
      alone,
      registry: {
        caller: 'the answer',
        'second target': 'asked in 14 of 14 ways of failing',
        left: nothingLeft,
      },
      gateway: {
        caller: '200, the answer, `[DONE]`',
        'second target': 'asked in 14 of 14 ways of failing',
        left: nothingLeft,
      },
    },
  },
  {
    number: '72',
    group: 'registry',
    fault: 'the first target fails after the commit point',
    play: (stage) => overTwo(stage, afterCommit),
    ends: {
      alone,
      registry: {
        caller: 'part of the answer, then its code',
        'second target': 'asked in 0 of 5 ways of failing',
        left: nothingLeft,
      },
      gateway: {
        caller: '200, part of the answer, then its code in band, no `[DONE]`',
        'second target': 'asked in 0 of 5 ways of failing',
        left: nothingLeft,
      },
    },
  },
  ...pairs.map(
    (pair): Scenario => ({
      number: '73',
      group: 'registry',
      fault: 'all targets fail: the most informative error',
      variant: pair.words,
      only,
      play: (stage) => bothFail(stage, pair),
      ends: failing(pair.code),
    }),
  ),
  {
    number: '74',
    group: 'registry',
    fault: '`Retry-After` against the deadline',
    variant: 'longer',
    only,
    play: waitIsTooLong,
    ends: {
      alone,
      registry: { caller: '`rate-limited`', upstream: 'asked once', told: 'at once', left: nothingLeft },
      gateway: {
        caller: '429 `rate_limit_exceeded`',
        upstream: 'asked once',
        told: 'at once',
        left: nothingLeft,
      },
    },
  },
  {
    number: '74',
    group: 'registry',
    fault: '`Retry-After` against the deadline',
    variant: 'it fits',
    only,
    play: waitFits,
    ends: {
      alone,
      registry: { caller: 'the answer', upstream: 'asked twice', left: nothingLeft },
      gateway: { caller: '200, the answer, `[DONE]`', upstream: 'asked twice', left: nothingLeft },
    },
  },
];
