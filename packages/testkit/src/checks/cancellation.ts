import { getEventListeners } from 'node:events';
import type { ChatEvent } from '@sluice/core';
import { type Bench, sayings, textOf } from '../bench.ts';
import type { Check } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustCarryText, mustFail, mustSucceed } from '../outcome-judge.ts';
import { chunk, reply } from '../upstream/http-reply.ts';
import { stall } from '../upstream/script.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';

const closesWithinMs = 250;

/** After a cancel in any phase the socket is closed within 250 ms (design, rule 7.4). */
export const cancellation: readonly Check[] = [
  {
    id: 'abort-before',
    title: 'a signal that is already aborted rejects, and nothing is sent',
    async run(bench) {
      const outcome = await bench.call({}, { signal: AbortSignal.abort() });
      const error = mustFail(bench, outcome, 'aborted', 'a signal that was aborted before the call');
      mustEqual(error.sent, 'no', 'sent of a call that was aborted before it began');
      mustEqual(bench.upstream.exchanges.length, 0, 'requests of a call that was aborted before it began');
    },
  },
  {
    id: 'abort-connecting',
    title: 'an abort while connecting rejects and closes the socket',
    async run(bench) {
      await using silent = await scriptedUpstream();
      const provider = bench.createAt(`https://${silent.host}`);
      const controller = new AbortController();
      const calling = bench.call({}, { signal: controller.signal }, provider);
      const socket = await bench.soon(silent.waitForSocket(), 'waiting for the connection');
      controller.abort();
      mustFail(bench, await calling, 'aborted', 'an abort while connecting');
      must(await socket.closedWithin(closesWithinMs), stillOpen('while connecting'));
    },
  },
  {
    id: 'abort-awaiting-answer',
    title: 'an abort while the upstream has not answered rejects and closes the socket',
    async run(bench) {
      bench.answer([stall]);
      await abortOnceAsked(bench, 'while awaiting the head of the answer');
    },
  },
  {
    id: 'abort-awaiting-first-token',
    title: 'an abort while the first text is awaited rejects and closes the socket',
    async run(bench) {
      bench.answer([bench.wire.head, chunk(bench.wire.frames([]).begin), stall]);
      await abortOnceAsked(bench, 'while awaiting the first token');
    },
  },
  {
    id: 'abort-in-mid-stream',
    title: 'an abort in the middle fails a waiting reader with aborted and closes the socket',
    async run(bench) {
      beginsAndStalls(bench);
      const controller = new AbortController();
      const stream = await bench.open({}, { signal: controller.signal });
      const events: ChatEvent[] = [];
      const iterator = stream[Symbol.asyncIterator]();
      while (events.at(-1)?.type !== 'text-delta') {
        const { value, done } = await bench.soon(iterator.next(), 'reading the first text');
        must(!done, 'the answer ended before there was any text');
        events.push(value);
      }
      const waiting = iterator.next().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      controller.abort();
      const error = await bench.soon(waiting, 'waiting for the reader of an answer that is aborted');
      const outcome = { opened: true, events, text: textOf(events), afterEnd: [], error };
      mustCarryText(mustFail(bench, outcome, 'aborted', 'an abort in the middle'), 'an abort in the middle');
      await mustBeClosed(bench, 'in the middle');
    },
  },
  {
    id: 'cancel-in-mid-stream',
    title: 'cancel() in the middle closes the socket, and a waiting reader fails with aborted',
    async run(bench) {
      beginsAndStalls(bench);
      const stream = await bench.open();
      const reading = bench.drain(stream);
      await bench.soon(stream.cancel(), 'waiting for cancel()');
      mustFail(bench, await reading, 'aborted', 'cancel() in the middle');
      await mustBeClosed(bench, 'by cancel()');
    },
  },
  {
    id: 'leaving-the-loop',
    title: 'leaving the loop early is no failure and closes the socket',
    async run(bench) {
      beginsAndStalls(bench);
      const stream = await bench.open();
      const iterator = stream[Symbol.asyncIterator]();
      await bench.soon(iterator.next(), 'reading the first event');
      const left = await bench.soon(leave(iterator), 'waiting for return(), which leaving a loop calls');
      must(left.done === true, 'return() must answer done');
      await mustBeClosed(bench, 'by leaving the loop');
    },
  },
  {
    id: 'disposing',
    title: 'a stream that goes out of scope unread (await using) closes the socket',
    async run(bench) {
      beginsAndStalls(bench);
      const stream = await bench.open();
      await bench.soon(stream[Symbol.asyncDispose](), 'waiting for the disposal');
      await mustBeClosed(bench, 'by disposing of the stream');
    },
  },
  {
    id: 'cancelling-the-web-stream',
    title: 'cancelling the web stream closes the socket',
    async run(bench) {
      beginsAndStalls(bench);
      const reader = (await bench.open()).toReadableStream().getReader();
      await bench.soon(reader.read(), 'reading the web stream');
      await bench.soon(reader.cancel(), 'waiting for cancel() of the web stream');
      await mustBeClosed(bench, 'by cancelling the web stream');
    },
  },
  {
    id: 'cancelling-the-web-stream-while-it-pulls',
    title: 'cancelling the web stream while its reader waits for more closes the socket',
    async run(bench) {
      beginsAndStalls(bench);
      const reader = (await bench.open()).toReadableStream().getReader();
      let said = false;
      while (!said) {
        const { value, done } = await bench.soon(reader.read(), 'reading the web stream');
        must(!done, 'the web stream ended before there was any text');
        said = value.type === 'text-delta';
      }
      // The upstream says no more: this one waits.
      const waiting = reader.read().then(
        () => {},
        () => {},
      );
      await bench.soon(reader.cancel(), 'waiting for cancel() of a web stream that waits for more');
      await bench.soon(waiting, 'waiting for the reader of a web stream that was cancelled');
      await mustBeClosed(bench, 'by cancelling the web stream while it waited');
    },
  },
  {
    id: 'abort-after-the-end',
    title: 'an abort after the end changes nothing',
    async run(bench) {
      const controller = new AbortController();
      const outcome = await bench.call({}, { signal: controller.signal });
      controller.abort();
      mustSucceed(outcome, 'a call whose signal is aborted after its end');
      const next = await bench.call();
      mustSucceed(next, 'the call after it');
    },
  },
  {
    id: 'listeners-released',
    title: 'no listener stays on the signal, however the call ends',
    async run(bench) {
      const { signal } = new AbortController();
      const mustHaveNone = (after: string): void =>
        mustEqual(getEventListeners(signal, 'abort').length, 0, `listeners on the signal after ${after}`);
      await bench.call({}, { signal });
      mustHaveNone('a good answer');
      await bench.soon(
        bench.provider.listModels({ signal }).catch(() => {}),
        'waiting for listModels()',
      );
      mustHaveNone('listModels()');
      bench.answer(
        reply(500, '{"error":{"message":"out of order"}}', { 'content-type': 'application/json' }),
      );
      await bench.call({}, { signal });
      mustHaveNone('a status of 500');
      bench.answer([{ action: 'reset' }]);
      await bench.call({}, { signal });
      mustHaveNone('a reset');
      bench.answer([stall]);
      await bench.call({}, { signal, timeout: { firstToken: 30 } });
      mustHaveNone('a timeout');
      beginsAndStalls(bench);
      const stream = await bench.open({}, { signal });
      await bench.soon(stream.cancel(), 'waiting for cancel()');
      mustHaveNone('cancel()');
      const left = (await bench.open({}, { signal }))[Symbol.asyncIterator]();
      await bench.soon(left.next(), 'reading the first event');
      await bench.soon(leave(left), 'waiting for return(), which leaving a loop calls');
      mustHaveNone('leaving the loop');
    },
  },
  {
    id: 'nothing-left-upstream',
    title: 'what a call makes upstream is cleaned up, however the call ends',
    notApplicable: ({ upstream }) =>
      upstream.leftovers
        ? undefined
        : 'the protocol makes nothing upstream that would stay (upstream.leftovers)',
    async run(bench) {
      mustSucceed(await bench.call(), 'a good answer');
      bench.answer([{ action: 'reset' }]);
      await bench.call();
      bench.answer([bench.wire.head, chunk(bench.wire.frames([]).begin), stall]);
      const controller = new AbortController();
      const calling = bench.call({}, { signal: controller.signal });
      await bench.waitForAnswer(3);
      controller.abort();
      await calling;
      beginsAndStalls(bench);
      const stream = await bench.open();
      await bench.soon(stream.cancel(), 'waiting for cancel()');
      await bench.soon(bench.provider.close(), 'waiting for close()');
      mustEqual(
        await bench.subject.upstream.leftovers?.(),
        0,
        'what is left upstream of four calls after close()',
      );
    },
  },
];

function beginsAndStalls(bench: Bench): void {
  const { begin, texts } = bench.wire.frames(sayings);
  bench.answer([bench.wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
}

async function abortOnceAsked(bench: Bench, phase: string): Promise<void> {
  const controller = new AbortController();
  const calling = bench.call({}, { signal: controller.signal });
  await bench.waitForAnswer();
  controller.abort();
  mustFail(bench, await calling, 'aborted', `an abort ${phase}`);
  await mustBeClosed(bench, phase);
}

async function mustBeClosed(bench: Bench, phase: string): Promise<void> {
  const exchange = bench.upstream.exchanges.filter(bench.isAnswer).at(-1);
  must(exchange !== undefined, 'no request for an answer came');
  must(await exchange.socket.closedWithin(closesWithinMs), stillOpen(phase));
}

function stillOpen(phase: string): string {
  return `cancelled ${phase}: the socket was still open ${closesWithinMs} ms later`;
}

async function leave(iterator: AsyncIterator<unknown>): Promise<IteratorResult<unknown>> {
  return (await iterator.return?.()) ?? { done: false, value: undefined };
}
