import { type Bench, sayings } from '../bench.ts';
import type { Check } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail, mustSucceed } from '../outcome-judge.ts';
import { chunk, lastChunk } from '../upstream/http-reply.ts';
import { stall, waitFor } from '../upstream/script.ts';
import type { ScriptedExchange } from '../upstream/scripted-upstream.ts';

/** How many calls run at once. */
const crowd = 100;

/** Calls of one provider do not touch one another. */
export const concurrency: readonly Check[] = [
  {
    id: 'no-mixing',
    title: `${crowd} answers at once, their pieces interleaved, do not mix`,
    waitsLonger: 4,
    async run(bench) {
      const allHere = Promise.withResolvers<void>();
      let waiting = 0;
      bench.answer(async function* (exchange) {
        waiting += 1;
        if (waiting === crowd) allHere.resolve();
        yield waitFor(allHere.promise);
        const { begin, texts, end } = bench.wire.frames(saidTo(callerOf(exchange)));
        yield bench.wire.head;
        yield chunk(begin);
        for (const text of texts) {
          // The others speak between its halves: what is unfinished of one must not go on in another.
          const middle = Math.floor(text.length / 2);
          yield chunk(text.subarray(0, middle));
          await new Promise((resolve) => setImmediate(resolve));
          yield chunk(text.subarray(middle));
          await new Promise((resolve) => setImmediate(resolve));
        }
        yield chunk(end);
        yield lastChunk;
      });
      await Promise.all(
        Array.from({ length: crowd }, async (_, caller) => {
          const outcome = await bench.call(asks(caller));
          mustSucceed(outcome, `answer ${caller} of ${crowd} at once`);
          mustEqual(
            outcome.text,
            saidTo(caller).join(''),
            `the text of answer ${caller} of ${crowd} at once`,
          );
        }),
      );
    },
  },
  {
    id: 'one-fails-alone',
    title: 'a call that is cancelled or fails takes no other with it',
    async run(bench) {
      const others = Promise.withResolvers<void>();
      bench.answer(async function* (exchange) {
        const caller = callerOf(exchange);
        const { begin, texts, end } = bench.wire.frames(sayings);
        yield bench.wire.head;
        yield chunk(begin);
        yield chunk(texts[0] ?? '');
        if (caller === 0) yield stall;
        if (caller === 1) yield { action: 'reset' };
        yield waitFor(others.promise);
        for (const text of texts.slice(1)) yield chunk(text);
        yield chunk(end);
        yield lastChunk;
      });
      const [cancelled, failing, good] = await Promise.all([0, 1, 2].map((caller) => openOr(bench, caller)));
      must(good !== undefined, 'the good one of three calls failed');
      await bench.soon(cancelled?.cancel() ?? Promise.resolve(), 'waiting for cancel()');
      if (failing)
        mustFail(bench, await bench.drain(failing), ['network', 'truncated'], 'a reset of one of three');
      others.resolve();
      const outcome = await bench.drain(good);
      mustSucceed(outcome, 'the third of three calls, after one was cancelled and one was reset');
      mustEqual(outcome.text, sayings.join(''), 'its text');
    },
  },
];

function asks(caller: number): Parameters<Bench['call']>[0] & object {
  return { messages: [{ role: 'user', content: `Here is caller-${caller}-of-the-crowd, what do you say?` }] };
}

function callerOf(exchange: ScriptedExchange): number {
  return Number(/caller-(\d+)-of/.exec(exchange.text())?.[1] ?? Number.NaN);
}

function saidTo(caller: number): readonly string[] {
  return ['To number ', `${caller} I say `, `${caller * caller} `, `and ${caller}.`];
}

/** A reset may come so early that the call is rejected. */
function openOr(bench: Bench, caller: number): Promise<Awaited<ReturnType<Bench['open']>> | undefined> {
  return bench.open(asks(caller)).catch((error: unknown) => {
    if (caller === 1) return undefined;
    throw error;
  });
}
