import { sayings } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { inBatches } from '../in-batches.ts';
import { describeOutcome, mustCarryText, mustFail, mustNotSayUnsent } from '../outcome-judge.ts';
import { chunk, replyHead } from '../upstream/http-reply.ts';
import { reset } from '../upstream/script.ts';

/** A stream is a success only if its protocol's end was seen (design, section 3). */
export const truncation: readonly Check[] = [
  {
    id: 'truncated-without-end',
    title: 'a clean close without the end is truncated, with what was received',
    notApplicable: unlessDeclared('endOfBody'),
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer(bench.wire.chunked([begin, ...texts]));
      const outcome = await bench.call();
      const error = mustFail(
        bench,
        outcome,
        'truncated',
        'a body that ended cleanly, without the end of the protocol',
      );
      mustEqual(error.partial?.text, sayings.join(''), 'the partial text of a truncated answer');
      mustNotSayUnsent(error, 'a truncated answer');
    },
  },
  {
    id: 'truncated-anywhere',
    title: 'a body that ends cleanly at any byte before the end is no answer',
    notApplicable: unlessDeclared('endOfBody'),
    async run(bench) {
      const { begin, texts } = bench.wire.frames(['é ', '😀.']);
      const body = Buffer.concat([begin, ...texts]);
      let cut = 0;
      bench.answer(() => {
        cut += 1;
        return bench.wire.chunked([body.subarray(0, cut - 1)]);
      });
      await inBatches(body.length, async () => {
        const outcome = await bench.call();
        const when = `an answer cut at one of the ${body.length} bytes before its end`;
        must(outcome.error !== undefined, () => `${when} was taken as ${describeOutcome(outcome)}`);
        mustFail(bench, outcome, ['truncated', 'invalid-response', 'empty-response'], when);
      });
    },
  },
  {
    id: 'truncated-by-reset',
    title: 'a reset in the middle is a failure, with what was received',
    async run(bench) {
      const read = Promise.withResolvers<void>();
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer(async function* () {
        yield bench.wire.head;
        yield chunk(Buffer.concat([begin, ...texts.slice(0, 2)]));
        // A reset also drops what the client has not yet taken from its socket.
        await read.promise;
        yield reset;
      });
      const stream = await bench.open();
      read.resolve();
      const error = mustFail(
        bench,
        await bench.drain(stream),
        ['network', 'truncated'],
        'a reset in the middle',
      );
      mustCarryText(error, 'a reset');
      mustNotSayUnsent(error, 'a reset in the middle');
    },
  },
  {
    id: 'truncated-by-length',
    title: 'a body shorter than its content-length is a failure',
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      const body = Buffer.concat([begin, ...texts]);
      const type = bench.subject.upstream.contentType;
      bench.answer([
        replyHead(200, {
          'content-type': type,
          ...bench.subject.upstream.headers,
          'content-length': String(body.length + 9),
        }),
        body,
        { action: 'half-close' },
      ]);
      mustFail(bench, await bench.call(), ['network', 'truncated'], 'a body shorter than its content-length');
    },
  },
];
