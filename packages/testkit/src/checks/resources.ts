import { createHook } from 'node:async_hooks';
import { ChatError } from '@sluice/core';
import { type Bench, sayings } from '../bench.ts';
import type { Check } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail } from '../outcome-judge.ts';
import { chunk } from '../upstream/http-reply.ts';
import { stall } from '../upstream/script.ts';

/** How much an upstream can write until a reader who reads nothing must have stopped it: far more than sockets hold. */
const mostReadAheadBytes = 48 * 1024 * 1024;
/** How long nothing must be taken, in milliseconds, to call it stopped. */
const blockedMs = 100;

/** Nothing of a call survives it, and nothing grows without bound (design, rules 7.8 and 7.11). */
export const resources: readonly Check[] = [
  {
    id: 'back-pressure',
    title: 'a reader who does not read stops the upstream',
    alone: true,
    async run(bench) {
      const piece = chunk(bench.subject.upstream.text('x'.repeat(64 * 1024)));
      bench.answer(async function* (exchange) {
        yield bench.wire.head;
        yield chunk(bench.wire.frames([]).begin);
        while (exchange.sentBytes < mostReadAheadBytes) yield piece;
        yield stall;
      });
      const stream = await bench.open();
      await bench.soon(stream[Symbol.asyncIterator]().next(), 'reading the first event');
      const exchange = await bench.waitForAnswer();
      const whole = exchange.ended.then(() => false);
      const full = new Promise<boolean>((resolve) => {
        const look = (): void => {
          if (exchange.sentBytes >= mostReadAheadBytes) resolve(false);
          else if (exchange.socket.open) setImmediate(look);
        };
        look();
      });
      const blocked = await bench.soon(
        Promise.race([exchange.blockedFor(blockedMs), whole, full]),
        'waiting for the upstream to be stopped',
      );
      const megabytes = Math.round(exchange.sentBytes / 2 ** 20);
      must(blocked, `the provider took ${megabytes} MiB that nobody reads: it must stop the socket instead`);
      await bench.soon(stream.cancel(), 'waiting for cancel()');
      must(
        await exchange.socket.closedWithin(250),
        'the stopped socket was not closed within 250 ms after cancel()',
      );
    },
  },
  {
    id: 'sockets-released',
    title: 'after close() no socket is open, however the calls ended',
    async run(bench) {
      await everyFate(bench);
      await bench.soon(bench.provider.close(), 'waiting for close()');
      const closed = await Promise.all(bench.upstream.sockets.map((socket) => socket.closedWithin(250)));
      mustEqual(
        closed.filter((isClosed) => !isClosed).length,
        0,
        'sockets that are open 250 ms after close()',
      );
    },
  },
  {
    id: 'timers-released',
    title: 'no timer stays behind, however the calls ended',
    alone: true,
    async run(bench) {
      const timers = (): number =>
        process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      const before = timers();
      await everyFate(bench);
      await bench.soon(bench.provider.close(), 'waiting for close()');
      const left = timers() - before;
      must(left <= 0, `${left} timer(s) keep the process alive after every call has ended and close()`);
    },
  },
  {
    id: 'quiet-timers-released',
    title: 'no timer stays behind that lets the process end, either',
    alone: true,
    async run(bench) {
      // Once before: what a client sets for all its calls is none of one call.
      await everyFate(bench);
      using timers = watchTimers();
      for (let round = 0; round < watchedRounds; round += 1) await everyFate(bench);
      await bench.soon(bench.provider.close(), 'waiting for close()');
      const left = await timers.left();
      must(
        left <= (bench.subject.declares.sharedTimers === undefined ? mostSharedTimers : mostDeclaredTimers),
        `${left} timers that calls have set still run after every call has ended and close(), unref() or not`,
      );
    },
  },
  {
    id: 'sockets-bounded',
    title: 'calls one after the other do not open a socket more each',
    async run(bench) {
      for (let call = 0; call < 12; call += 1) await bench.call();
      must(
        bench.upstream.openSockets <= 6,
        `after 12 calls, one after the other, ${bench.upstream.openSockets} sockets are open`,
      );
    },
  },
  {
    id: 'close-ends-calls',
    title: 'close() ends what is under way with aborted, and closes its socket',
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer([bench.wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
      const stream = await bench.open();
      const reading = bench.drain(stream);
      const { socket } = await bench.waitForAnswer();
      await bench.soon(bench.provider.close(), 'waiting for close()');
      mustFail(bench, await reading, 'aborted', 'close() in the middle of an answer');
      must(await socket.closedWithin(250), 'the socket was not closed within 250 ms after close()');
    },
  },
  {
    id: 'close-ends-unread-streams',
    title: 'close() also closes the sockets of streams that nobody reads any more',
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer([bench.wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
      // One that is never read, and one that somebody began to read and forgot.
      await bench.open();
      await bench.soon((await bench.open())[Symbol.asyncIterator]().next(), 'reading the first event');
      await bench.soon(bench.provider.close(), 'waiting for close()');
      const sockets = bench.upstream.exchanges.filter(bench.isAnswer).map(({ socket }) => socket);
      const closed = await Promise.all(sockets.map((socket) => socket.closedWithin(250)));
      mustEqual(
        closed.filter((isClosed) => !isClosed).length,
        0,
        'sockets of two streams that nobody reads, open 250 ms after close()',
      );
    },
  },
  {
    id: 'close-twice',
    title: 'close() may be called twice',
    async run(bench) {
      await bench.call();
      await bench.soon(bench.provider.close(), 'waiting for close()');
      await bench.soon(bench.provider.close(), 'waiting for the second close()');
    },
  },
  {
    id: 'use-after-close',
    title: 'a call after close() rejects and sends nothing',
    async run(bench) {
      await bench.soon(bench.provider.close(), 'waiting for close()');
      const outcome = await bench.call();
      mustFail(bench, outcome, 'aborted', 'a call after close()');
      mustEqual(bench.upstream.exchanges.length, 0, 'requests of a call after close()');
    },
  },
];

/** An HTTP client may have one clock for all its calls, which stops by itself. */
const mostSharedTimers = 1;

/** Where `declares.sharedTimers` says why there are more: fetch has one for its limits and some for idle connections. */
const mostDeclaredTimers = 3;

/** More than those: a call that leaves a timer leaves one in each round. */
const watchedRounds = 5;

/** Counts timers that were set from now on and neither rang nor were cleared. */
function watchTimers(): Disposable & { left(): Promise<number> } {
  const running = new Set<number>();
  const hook = createHook({
    init: (id, kind) => {
      if (kind === 'Timeout') running.add(id);
    },
    destroy: (id) => {
      running.delete(id);
    },
  }).enable();
  return {
    async left() {
      // Cleared ones are told of a few turns later.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      return running.size;
    },
    [Symbol.dispose]: () => {
      hook.disable();
    },
  };
}

/** Calls that end in every way. */
async function everyFate(bench: Bench): Promise<void> {
  const { wire } = bench;
  const { begin, texts } = wire.frames(sayings);
  await bench.call();
  await bench.call({}, { timeout: { connect: 60_000, firstToken: 60_000, idle: 60_000, total: 60_000 } });
  bench.answer(wire.chunked([begin, ...texts]));
  await bench.call();
  bench.answer([{ action: 'reset' }]);
  await bench.call();
  bench.answer([wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
  const stream = await bench.open({}, { timeout: 60_000 });
  await bench.soon(stream.cancel(), 'waiting for cancel()');
  const left = await bench.open({}, { timeout: { idle: 60_000 } });
  await bench.soon(left[Symbol.asyncDispose](), 'waiting for the disposal');
  bench.answer([stall]);
  const outcome = await bench.call({}, { timeout: { firstToken: 30 } });
  must(ChatError.is(outcome.error), 'a call without an answer must fail');
  bench.answer(wire.answer(sayings));
  await bench.call();
}
