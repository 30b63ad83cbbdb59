import type { FaultName, Phase } from '@sluice/sandbox';
import { nothingLeft } from '../expected-facts.ts';
import { type Facts, type Place, places } from '../facts.ts';
import type { Scenario, Stage } from '../stage.ts';
import type { Subject, SubjectName } from '../subjects.ts';
import { times } from '../words.ts';

const chatUi: readonly SubjectName[] = ['h2o-a', 'h2o-b', 'h2o-c', 'h2o-d', 'h2o-e'];

const only = {
  subjects: chatUi,
  why: 'one request and its answer: nothing is made upstream that could be left',
};

/** How the same end is told in each place. */
function ends(facts: (place: Place, subject: Subject) => Facts | string): Scenario['ends'] {
  return Object.fromEntries(
    places.map((place) => [place, (subject: Subject) => facts(place, subject)]),
  ) as unknown as Scenario['ends'];
}

const answer: { readonly [Where in Place]: string } = {
  alone: 'the answer',
  registry: 'the answer',
  gateway: '200, the answer, `[DONE]`',
};

const health = (place: Place, fact: string): Facts => (place === 'alone' ? {} : { health: fact });

/** The longest wait for a clean-up in cells where it is never answered, in milliseconds. */
const impatience = { cleanupTimeoutMs: 1_000 };

async function wholeCall(stage: Stage, fault: FaultName): Promise<Facts> {
  const making = fault === 'never-answer' ? impatience : {};
  const front = await stage.open({ providers: [stage.createProvider(making)] });
  const caller = await front.call().outcome(stage.meant);
  const recorded = front.health(1);
  await front.close();
  const { sandbox } = stage.lane;
  const asked = times(sandbox.requestsTo({ phase: 'delete' }).length);
  const kept = sandbox.conversations.length;
  const conversation = kept === 1 ? 'kept by the server' : 'gone';
  return {
    caller,
    upstream: `asked ${asked} to delete`,
    ...recorded,
    conversation,
    ...(await stage.left({ conversations: kept })),
  };
}

/** A finished answer stays finished, whatever becomes of its conversation (rule 4). */
function deletion(number: string, words: string, fault: FaultName): Scenario {
  return {
    number,
    group: 'clean-up',
    fault: `DELETE ${words}`,
    only,
    play: (stage) => {
      stage.strike({ name: fault }, 'delete');
      return wholeCall(stage, fault);
    },
    ends: ends((place) => ({
      caller: answer[place],
      upstream: 'asked once to delete',
      ...health(place, 'success'),
      conversation: 'kept by the server',
      left: nothingLeft,
    })),
  };
}

/** Today's chat-ui goes on when its reader has left and its conversation is gone: stopping is all that ends it. */
function speaksOn({ name }: Pick<Subject, 'name'>): boolean {
  return name === 'h2o-e';
}

async function leftWhileStopFails(stage: Stage): Promise<Facts> {
  stage.speakForEver();
  stage.strike({ name: 'status-500' }, 'stop');
  const front = await stage.open();
  const call = front.call();
  await call.begun;
  call.leave();
  const caller = await call.outcome(stage.meant);
  const recorded = front.health(1);
  await front.close();
  const asked = stage.lane.sandbox.requestsTo({ phase: 'stop' });
  const inVain = asked.length > 0 && asked.every(({ status = 500 }) => status >= 500);
  const { conversation = '' } = stage.conversation();
  const generations = speaksOn(stage.subject) ? stage.lane.sandbox.activeGenerations : 0;
  return {
    caller,
    ...recorded,
    conversation: [
      inVain ? conversation.replace('stopped', 'stopped in vain') : conversation,
      ...(generations > 0 ? ['and speaks on'] : []),
    ].join(', '),
    ...(await stage.left({ generations })),
  };
}

const leaver: { readonly [Where in Place]: string } = {
  alone: 'part of the answer, then `aborted`',
  registry: 'part of the answer, then `aborted`',
  gateway: 'the client has left',
};

/** The steps of a first call, as each era takes them where it is fixed. */
const steps: { readonly [Name in SubjectName]?: readonly Phase[] } = {
  'h2o-a': ['settings', 'create', 'message'],
  'h2o-b': ['settings', 'create', 'message'],
  'h2o-c': ['settings', 'create', 'conversation', 'message'],
  'h2o-d': ['settings', 'create', 'conversation', 'message'],
  'h2o-e': ['create', 'message'],
};

const stepWords: { readonly [Name in Phase]?: string } = {
  settings: 'accepting the terms',
  create: 'making the conversation',
  conversation: 'reading the conversation',
  message: 'asking for the answer',
};

interface Strike {
  readonly fault: FaultName;
  readonly words: string;
  /** The code of the failure. */
  readonly code: string;
  /** The status and the code of the gateway. */
  readonly answer: string;
}

const strikes: readonly Strike[] = [
  { fault: 'status-500', words: '500', code: 'server-error', answer: '502 `upstream_error`' },
  { fault: 'reset-before-headers', words: 'reset', code: 'network', answer: '502 `upstream_unreachable`' },
  {
    fault: 'never-answer',
    words: 'no answer',
    code: 'first-token-timeout',
    answer: '504 `upstream_first_token_timeout`',
  },
];

/** Long enough for the steps before the one that hangs, on a busy machine too. */
const firstTokenMs = 2_500;

async function failingStep(stage: Stage, { fault }: Strike, step: Phase): Promise<Facts> {
  stage.strike({ name: fault }, step);
  const timeout = fault === 'never-answer' ? { firstToken: firstTokenMs } : {};
  const front = await stage.open({
    // Only a conversation whose making is never answered is waited for (decision 0005).
    providers: [stage.createProvider({ timeout, ...(step === 'create' ? impatience : {}) })],
    config: { maxAttempts: 1 },
  });
  const caller = await front.call().outcome(stage.meant);
  await front.close();
  return { caller, ...stage.conversation(), ...(await stage.left()) };
}

function afterFailure(step: Phase, { fault, code, answer: status }: Strike): Scenario['ends'] {
  return ends((place, { name }) => {
    if (!steps[name]?.includes(step)) return `era ${name.at(-1)?.toUpperCase()} has no such step`;
    return {
      caller: place === 'gateway' ? status : `\`${code}\``,
      conversation: conversationAfter(step, fault),
      left: nothingLeft,
    };
  });
}

function conversationAfter(step: Phase, fault: FaultName): string {
  if (step === 'settings' || step === 'create') return 'not made';
  return step === 'message' && fault !== 'status-500' ? 'stopped, deleted' : 'deleted';
}

const stepScenarios: readonly Scenario[] = (
  ['settings', 'create', 'conversation', 'message'] as const
).flatMap((step) =>
  strikes.map((strike) => ({
    number: '69',
    group: 'clean-up',
    fault: `an error while ${stepWords[step]}`,
    variant: strike.words,
    only,
    play: (stage) => failingStep(stage, strike, step),
    ends: afterFailure(step, strike),
  })),
);

/** The same moments each time: a linear congruence (Numerical Recipes). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const cancelled = { suite: 100, full: 1_000 };
const atOnce = 50;
const latestMs = 60;
const speechMs = 2_000;

async function manyCancelled(stage: Stage): Promise<Facts> {
  // A stop that overtakes its message stops nothing, and no client can tell: such an answer has to end by itself.
  stage.speakForEver(speechMs);
  const random = randomFrom(70);
  const front = await stage.open();
  const total = cancelled[stage.full ? 'full' : 'suite'];
  const outcomes = new Set<string>();
  let begun = 0;
  const caller = async (): Promise<void> => {
    while (begun < total) {
      begun += 1;
      const call = front.call();
      const timer = setTimeout(() => call.leave(), random() * latestMs);
      outcomes.add(await call.outcome(stage.meant));
      clearTimeout(timer);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  const recorded = front.health(1);
  await front.close();
  // Whoever leaves early enough has no text yet.
  const strange = [...outcomes].filter((outcome) => !/`aborted`$|has left$/.test(outcome));
  return { caller: strange.join(' or ') || 'all have left', ...recorded, ...(await stage.left()) };
}

/** Faults 65 to 70: what becomes of conversations. */
export const cleanUpScenarios: readonly Scenario[] = [
  deletion('65', 'answers 404', 'status-404'),
  deletion('66', 'answers 500', 'status-500'),
  deletion('67', 'is never answered', 'never-answer'),
  {
    number: '68',
    group: 'clean-up',
    fault: 'stopping fails',
    only,
    play: leftWhileStopFails,
    ends: ends((place, subject) => ({
      caller: leaver[place],
      ...health(place, 'not counted'),
      conversation: `stopped in vain, deleted${speaksOn(subject) ? ', and speaks on' : ''}`,
      left: nothingLeft,
    })),
  },
  ...stepScenarios,
  {
    number: '70',
    group: 'clean-up',
    fault: '1,000 calls that are cancelled at random moments',
    only,
    slow: true,
    play: manyCancelled,
    ends: ends((place) => ({ caller: 'all have left', ...health(place, 'not counted'), left: nothingLeft })),
  },
];
