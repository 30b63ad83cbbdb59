import { sayings } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustReject, mustSucceed } from '../outcome-judge.ts';
import { chunk, lastChunk, reply, replyHead } from '../upstream/http-reply.ts';
import { stall } from '../upstream/script.ts';

const page = '<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in, please.</body></html>\n';

/** `stream()` resolves after the first event that a user would see, and rejects for whatever comes before (design, section 3). */
export const commitPoint: readonly Check[] = [
  {
    id: 'resolves-at-first-text',
    title: 'stream() resolves once there is text, while the answer still goes on',
    notApplicable: ({ capabilities }) =>
      capabilities.streaming === 'native' ? undefined : `capabilities.streaming is ${capabilities.streaming}`,
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer([bench.wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
      const stream = await bench.open();
      await bench.soon(stream.cancel(), 'cancelling');
    },
  },
  {
    id: 'rejects-status',
    title: 'a status of failure rejects stream(), not the reading',
    async run(bench) {
      bench.answer(
        reply(500, '{"error":{"message":"out of order"}}', { 'content-type': 'application/json' }),
      );
      mustReject(bench, await bench.call(), 'server-error', 'a 500');
    },
  },
  {
    id: 'rejects-error-in-200',
    title: 'an error inside a 200, before any text, rejects stream()',
    notApplicable: unlessDeclared('noErrorEvents'),
    async run(bench) {
      const { begin } = bench.wire.frames([]);
      const error = bench.subject.upstream.error?.('the model is out of order') ?? '';
      bench.answer(bench.wire.chunked([begin, error]));
      const codes = ['server-error', 'overloaded', 'invalid-request', 'rate-limited'] as const;
      mustReject(bench, await bench.call(), codes, 'a 200 that begins with an error');
    },
  },
  {
    id: 'rejects-empty-answer',
    title: 'an answer that ends well and says nothing rejects with empty-response',
    notApplicable: unlessDeclared('endOfBody'),
    async run(bench) {
      bench.answer(bench.wire.answer([]));
      mustReject(bench, await bench.call(), 'empty-response', 'an answer that is only an end');
    },
  },
  {
    id: 'rejects-empty-body',
    title: 'a 200 without a body rejects',
    async run(bench) {
      bench.answer([bench.wire.head, lastChunk]);
      mustReject(
        bench,
        await bench.call(),
        ['truncated', 'empty-response', 'invalid-response'],
        'an empty 200',
      );
    },
  },
  {
    id: 'rejects-cut-before-text',
    title: 'a connection that breaks before any text rejects',
    async run(bench) {
      const { begin } = bench.wire.frames([]);
      bench.answer([bench.wire.head, chunk(begin), { action: 'reset' }]);
      mustReject(bench, await bench.call(), ['network', 'truncated'], 'a reset before any text');
    },
  },
  {
    id: 'rejects-page',
    title: 'a web page instead of an answer rejects',
    notApplicable: unlessDeclared('noMalformed'),
    async run(bench) {
      bench.answer(reply(200, page, { 'content-type': 'text/html; charset=utf-8' }));
      mustReject(bench, await bench.call(), ['invalid-response', 'blocked'], 'a 200 with a web page');
    },
  },
  {
    id: 'rejects-no-first-token',
    title: 'no text within timeout.firstToken rejects with first-token-timeout',
    async run(bench) {
      const { begin } = bench.wire.frames([]);
      bench.answer([bench.wire.head, chunk(begin), stall]);
      const outcome = await bench.call({}, { timeout: { firstToken: 60 } });
      mustReject(bench, outcome, 'first-token-timeout', 'no text within 60 ms');
    },
  },
  {
    id: 'works-again',
    title: 'after a call that failed the next one is answered, with nothing of the failed one in it',
    async run(bench) {
      bench.answer([replyHead(500), lastChunk]);
      must(!(await bench.call()).opened, 'a 500 must reject stream()');
      bench.answer(bench.wire.answer(sayings));
      mustSucceed(await bench.call(), 'the call after a failed one');
      const { begin, texts } = bench.wire.frames(['left over from the call before']);
      bench.answer([bench.wire.head, chunk(begin), ...texts.map(chunk), { action: 'reset' }]);
      must((await bench.call()).error !== undefined, 'a reset in the middle must be a failure');
      bench.answer(bench.wire.answer(sayings));
      const after = await bench.call();
      mustSucceed(after, 'the call after one that broke off');
      mustEqual(after.text, sayings.join(''), 'the text of the call after one that broke off');
    },
  },
];
