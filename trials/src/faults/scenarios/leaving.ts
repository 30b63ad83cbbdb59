import type { ChatProvider } from '@sluice/core';
import { nothingLeft } from '../expected-facts.ts';
import type { Facts } from '../facts.ts';
import { collectGarbage } from '../garbage.ts';
import { patiently } from '../patiently.ts';
import type { Scenario, Stage } from '../stage.ts';
import type { Subject } from '../subjects.ts';
import { question } from '../wire-cell.ts';

/** A caller's leaving is nobody's failure (rule 5), and leaves nothing behind (rules 4 and 8). */
export const unblamed: Facts = { health: 'not counted', left: nothingLeft };

/** What became of the conversation, where one is made. */
export function conversationOf({ makesConversations }: Subject, fate: string): Facts {
  return makesConversations ? { conversation: fate } : {};
}

/** One call that is left at a certain moment, and everything closed behind it. */
async function leaving(
  stage: Stage,
  moment: (call: { begun: Promise<void> }) => Promise<unknown>,
): Promise<Facts> {
  const front = await stage.open();
  const call = front.call();
  await moment(call);
  call.leave();
  const caller = await call.outcome(stage.meant);
  const upstream = await stage.upstreamInWords();
  const health = front.health(1);
  await front.close();
  const { left } = await stage.left();
  return { caller, upstream, ...health, ...stage.conversation(), left };
}

const left = (caller: string, conversation: string, more: Facts = {}): Scenario['ends'] => ({
  alone: (subject) => ({
    caller,
    upstream: 'cut',
    ...conversationOf(subject, conversation),
    left: nothingLeft,
    ...more,
  }),
  registry: (subject) => ({
    caller,
    upstream: 'cut',
    ...unblamed,
    ...conversationOf(subject, conversation),
    ...more,
  }),
  gateway: (subject) => ({
    caller: 'the client has left',
    upstream: 'cut',
    ...unblamed,
    ...conversationOf(subject, conversation),
    ...more,
  }),
});

async function abortedBefore(stage: Stage): Promise<Facts> {
  const front = await stage.open();
  const caller = await front.call(undefined, AbortSignal.abort()).outcome(stage.meant);
  const sent = stage.lane.sandbox.requests.length;
  const health = front.health(1);
  await front.close();
  return { caller, upstream: sent === 0 ? 'not asked' : 'asked', ...health, ...(await stage.left()) };
}

/** The only slot is taken: the second call waits for it, and is left meanwhile. */
async function leftInQueue(stage: Stage): Promise<Facts> {
  stage.speakForEver();
  const provider = stage.createProvider();
  const front = await stage.open({
    config: { providers: [{ provider, limits: { concurrency: 1 } }] },
  });
  const holding = front.call();
  await holding.begun;
  const queued = front.call();
  await patiently(() => (front.registry?.snapshot().targets[0]?.queued ?? 0) === 1);
  queued.leave();
  const caller = await queued.outcome(stage.meant);
  const gone = await patiently(() => front.registry?.snapshot().targets[0]?.queued === 0);
  const asked = stage.asked().length;
  holding.leave();
  await holding.outcome(stage.meant);
  await stage.upstreamInWords();
  const rate = front.registry?.snapshot().targets[0]?.successRate;
  await front.close();
  const { left: rest } = await stage.left();
  return {
    caller,
    queue: gone ? 'left' : 'still waiting',
    upstream: asked === 1 ? 'not asked' : 'asked',
    health: rate === 1 ? 'not counted' : `success rate ${rate}`,
    left: rest,
  };
}

/** The TLS handshake never ends, so that the call is connecting for as long as one likes. */
async function leftConnecting(stage: Stage): Promise<Facts> {
  const provider = stage.createProvider({ baseURL: stage.lane.urlAt('silent-tls'), cleanupTimeoutMs: 300 });
  const front = await stage.open({ providers: [provider] });
  const call = front.call();
  await patiently(() => stage.lane.openElsewhere === 1);
  call.leave();
  const caller = await call.outcome(stage.meant);
  const closed = await patiently(() => stage.lane.openElsewhere === 0);
  const health = front.health(1);
  await front.close();
  return { caller, upstream: closed ? 'cut' : 'still open', ...health, ...(await stage.left()) };
}

const connecting = (caller: string): Facts => ({ caller, upstream: 'cut', ...unblamed });

async function loopLeft(stage: Stage): Promise<Facts> {
  stage.speakForEver();
  const front = await stage.open();
  const opener = front.registry ?? stage.createProvider();
  const stream = await opener.stream(question);
  for await (const text of stream.textStream) if (text !== '') break;
  const upstream = await stage.upstreamInWords();
  const health = front.health(1);
  await opener.close();
  await front.close();
  return { upstream, ...health, ...(await seen(stage)) };
}

/** What is left once everything was closed, and what became of the conversation. */
export async function seen(stage: Stage): Promise<Facts> {
  const { left: rest } = await stage.left();
  return { ...stage.conversation(), left: rest };
}

/** In a function of its own: nothing of the stream may stay on the stack. */
async function takeOnePiece(opener: Pick<ChatProvider, 'stream'>): Promise<void> {
  const stream = await opener.stream(question);
  await stream[Symbol.asyncIterator]().next();
}

const collections = 20;

async function generatorDropped(stage: Stage): Promise<Facts> {
  stage.speakForEver();
  const front = await stage.open();
  const opener = front.registry ?? stage.createProvider();
  await takeOnePiece(opener);
  const isOver = (): boolean => stage.asked()[0]?.endedBy !== undefined;
  let collected = false;
  // A collection takes its time: not more of them than it needs.
  for (let round = 0; round < collections && !collected; round += 1) {
    collectGarbage();
    collected = await patiently(isOver, 200);
  }
  const upstream = collected ? await stage.upstreamInWords() : 'still open';
  const health = front.health(1);
  await opener.close();
  await front.close();
  return { upstream, ...health, ...(await seen(stage)) };
}

/** Whoever leaves silently: the upstream is cut off all the same. */
export const dropped: Scenario['ends'] = {
  alone: (subject) => ({
    upstream: 'cut',
    ...conversationOf(subject, 'stopped, deleted'),
    left: nothingLeft,
  }),
  registry: (subject) => ({ upstream: 'cut', ...unblamed, ...conversationOf(subject, 'stopped, deleted') }),
  gateway: 'an HTTP client can only leave: 61',
};

/** Faults 57 to 62: a caller that leaves, at each moment and in each way. */
export const leavingScenarios: readonly Scenario[] = [
  {
    number: '57',
    group: 'caller',
    fault: 'the signal is already aborted',
    play: abortedBefore,
    ends: {
      alone: { caller: '`aborted`', upstream: 'not asked', left: nothingLeft },
      registry: { caller: '`aborted`', upstream: 'not asked', ...unblamed },
      gateway: 'an HTTP client that has left asks nothing',
    },
  },
  {
    number: '58',
    group: 'caller',
    fault: 'abort while queued',
    play: leftInQueue,
    ends: {
      alone: 'a provider has no queue',
      registry: { caller: '`aborted`', queue: 'left', upstream: 'not asked', ...unblamed },
      gateway: { caller: 'the client has left', queue: 'left', upstream: 'not asked', ...unblamed },
    },
  },
  {
    number: '59',
    group: 'caller',
    fault: 'abort while connecting',
    play: leftConnecting,
    ends: {
      alone: { caller: '`aborted`', upstream: 'cut', left: nothingLeft },
      registry: connecting('`aborted`'),
      gateway: connecting('the client has left'),
    },
  },
  {
    number: '60',
    group: 'caller',
    fault: 'abort while awaiting the first token',
    play: (stage) => {
      stage.thinkForEver();
      return leaving(stage, () => patiently(() => stage.asked().length === 1));
    },
    ends: left('`aborted`', 'stopped, deleted'),
  },
  {
    number: '61',
    group: 'caller',
    fault: 'abort in mid-stream',
    play: (stage) => {
      stage.speakForEver();
      return leaving(stage, ({ begun }) => begun);
    },
    ends: left('part of the answer, then `aborted`', 'stopped, deleted'),
  },
  { number: '62', group: 'caller', fault: 'the loop is left early', play: loopLeft, ends: dropped },
  {
    number: '62',
    group: 'caller',
    fault: 'the stream is dropped unread',
    play: generatorDropped,
    ends: dropped,
  },
];
