import { once } from 'node:events';
import type { ChatProvider } from '@sluice/core';
import { nothingLeft } from '../expected-facts.ts';
import type { Facts } from '../facts.ts';
import { patiently } from '../patiently.ts';
import { openRelay } from '../relay.ts';
import type { Scenario, Stage } from '../stage.ts';
import type { Subject } from '../subjects.ts';
import { question } from '../wire-cell.ts';
import { conversationOf, dropped, seen, unblamed } from './leaving.ts';

const pieceBytes = 64 * 1024;
const pieces = 400;

/** Bytes go through a relay that counts them: what nobody reads must stop there, long before the answer's end. */
async function slowReader(stage: Stage): Promise<Facts> {
  const { subject, lane } = stage;
  const piece = 'x'.repeat(pieceBytes);
  lane.sandbox.configure({ reply: () => Array.from({ length: pieces }, () => piece) });
  await using relay = await openRelay(subject.urlOf(lane.sandbox.urls));
  const front = await stage.open({ providers: [stage.createProvider({ baseURL: relay.url })] });
  const reader = await openSlowReader(stage, front.registry ?? stage.createProvider({ baseURL: relay.url }));
  const before = await relay.standstill();
  await reader.leave();
  const upstream = await stage.upstreamInWords();
  const health = front.health(1);
  await front.close();
  return {
    upstream: before < (pieceBytes * pieces) / 2 ? `held back, then ${upstream}` : 'sent more than half',
    ...health,
    ...(await seen(stage)),
  };
}

interface SlowReader {
  leave(): Promise<void>;
}

async function openSlowReader(
  stage: Stage,
  opener: Pick<ChatProvider, 'stream' | 'close'>,
): Promise<SlowReader> {
  if (stage.place === 'gateway') return deafClient(stage);
  const stream = await opener.stream(question);
  await stream[Symbol.asyncIterator]().next();
  return {
    async leave() {
      await stream.cancel();
      if (stage.place === 'alone') await opener.close();
    },
  };
}

async function deafClient({ lane }: Stage): Promise<SlowReader> {
  const socket = await lane.rawClient();
  const body = JSON.stringify({ ...question, stream: true });
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await patiently(() => lane.sandbox.requestsTo({ phase: 'message' }).length > 0);
  return {
    async leave() {
      socket.destroy();
      await once(socket, 'close');
    },
  };
}

const atOnce = 20;

/** Each answer is made of its own question, in pieces that come between those of the others. */
async function twentyAtOnce(stage: Stage): Promise<Facts> {
  const words = (prompt: string): readonly string[] =>
    Array.from({ length: 8 }, (_, each) => `${prompt} ${each}. `);
  stage.lane.sandbox.configure({ tokensPerSecond: 200, reply: ({ prompt }) => words(prompt) });
  const front = await stage.open();
  const calls = Array.from({ length: atOnce }, (_, each) => `Question ${each}`).map((prompt) => ({
    prompt,
    call: front.call(prompt),
  }));
  const outcomes = await Promise.all(calls.map(({ prompt, call }) => call.outcome(words(prompt).join(''))));
  const health = front.health(atOnce);
  await front.close();
  const { left: rest } = await stage.left();
  return { caller: [...new Set(outcomes)].join(' or '), ...health, ...stage.conversation(), left: rest };
}

const whole =
  (caller: string, health: Facts): ((subject: Subject) => Facts) =>
  (subject) => ({
    caller,
    ...health,
    ...conversationOf(subject, 'deleted'),
    left: nothingLeft,
  });

const held = 'held back, then cut';

/** An endless answer that is read for a while. */
async function endless(stage: Stage): Promise<Facts> {
  stage.strike({ name: 'endless' });
  const front = await stage.open();
  if (stage.place === 'gateway') {
    const call = front.call();
    await call.begun;
    call.leave();
    await call.outcome('');
  } else {
    const opener = front.registry ?? stage.createProvider();
    let events = 0;
    for await (const _text of (await opener.stream(question)).textStream) {
      events += 1;
      if (events === 5_000) break;
    }
    await opener.close();
  }
  const upstream = await stage.upstreamInWords();
  const health = front.health(1);
  await front.close();
  return { upstream, ...health, ...(await seen(stage)) };
}

/** Fault 54, which has no end that could be awaited, and 63 and 64: a caller that reads little, slowly, or much at once. */
export const readingScenarios: readonly Scenario[] = [
  {
    number: '54',
    group: 'size',
    fault: 'an endless stream that is left after 5,000 events',
    play: endless,
    ends: { ...dropped, gateway: dropped.registry },
  },
  {
    number: '63',
    group: 'caller',
    fault: 'a reader that stops reading',
    slow: true,
    play: slowReader,
    ends: {
      alone: (subject) => ({
        upstream: held,
        ...conversationOf(subject, 'stopped, deleted'),
        left: nothingLeft,
      }),
      registry: (subject) => ({
        upstream: held,
        ...unblamed,
        ...conversationOf(subject, 'stopped, deleted'),
      }),
      gateway: (subject) => ({ upstream: held, ...unblamed, ...conversationOf(subject, 'stopped, deleted') }),
    },
  },
  {
    number: '64',
    group: 'caller',
    fault: 'twenty streams at once do not mix',
    play: twentyAtOnce,
    ends: {
      alone: whole('the answer', {}),
      registry: whole('the answer', { health: 'success' }),
      gateway: whole('200, the answer, `[DONE]`', { health: 'success' }),
    },
  },
];
