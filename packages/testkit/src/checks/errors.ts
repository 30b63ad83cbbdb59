import type { ChatErrorCode } from '@sluice/core';
import { sayings } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail, mustNotSayUnsent } from '../outcome-judge.ts';
import { chunk, reply, replyHead } from '../upstream/http-reply.ts';
import { reset } from '../upstream/script.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';

const json = { 'content-type': 'application/json' };

/** What a status means where neither its body nor the protocol says more (design, section 4). */
const statusTable: readonly {
  readonly status: number;
  readonly code: ChatErrorCode;
  readonly sent?: 'no';
}[] = [
  { status: 400, code: 'invalid-request', sent: 'no' },
  { status: 401, code: 'auth', sent: 'no' },
  { status: 402, code: 'payment-required', sent: 'no' },
  { status: 403, code: 'auth', sent: 'no' },
  { status: 408, code: 'server-error' },
  { status: 409, code: 'server-error' },
  { status: 413, code: 'context-length', sent: 'no' },
  { status: 422, code: 'invalid-request', sent: 'no' },
  { status: 429, code: 'rate-limited', sent: 'no' },
  { status: 500, code: 'server-error' },
  { status: 502, code: 'server-error' },
  { status: 503, code: 'overloaded' },
  { status: 504, code: 'server-error' },
  { status: 529, code: 'overloaded' },
];

/** With these the upstream, or what stands before it, gave up on work that it had taken. */
const doubtful: ReadonlySet<number> = new Set([500, 502, 504]);

/** What a body says that its status doesn't. */
const bodyTable: readonly { readonly says: string; readonly status: number; readonly code: ChatErrorCode }[] =
  [
    { says: "This model's maximum context length is 8192 tokens", status: 400, code: 'context-length' },
    { says: 'The model `sluice-9` does not exist', status: 404, code: 'model-not-found' },
  ];

const statusChecks: readonly Check[] = statusTable.map(({ status, code, sent }) => ({
  id: `status-${status}`,
  title: `${status} is ${code}`,
  async run(bench) {
    const expected = bench.subject.statusCodes?.[status] ?? code;
    bench.answer(reply(status, '{"error":{"message":"not now"}}', json));
    const error = mustFail(bench, await bench.call(), expected, `status ${status}`);
    mustEqual(error.status, status, 'the status in the error');
    if (sent) mustEqual(error.sent, sent, `sent of a ${status}, with which the upstream refused the work`);
    else if (doubtful.has(status)) mustNotSayUnsent(error, `status ${status}`);
  },
}));

const bodyChecks: readonly Check[] = bodyTable.map(({ says, status, code }) => ({
  id: `body-${code}`,
  title: `${status} that says "${says}" is ${code}`,
  async run(bench) {
    const body = JSON.stringify({ error: { message: says } });
    bench.answer(reply(status, body, json));
    mustFail(bench, await bench.call(), code, `status ${status} with the words "${says}"`);
  },
}));

/** Every failure is a `ChatError` with the right code (design, section 4). */
export const errors: readonly Check[] = [
  ...statusChecks,
  ...bodyChecks,
  {
    id: 'retry-after-seconds',
    title: 'Retry-After in seconds becomes retryAfterMs',
    async run(bench) {
      bench.answer(reply(429, '{"error":{"message":"slow down"}}', { ...json, 'retry-after': '7' }));
      const error = mustFail(bench, await bench.call(), 'rate-limited', 'a 429');
      mustEqual(error.retryAfterMs, 7_000, 'retryAfterMs of Retry-After: 7');
    },
  },
  {
    id: 'retry-after-date',
    title: 'Retry-After as a date becomes retryAfterMs',
    async run(bench) {
      const date = new Date(Date.now() + 60_000).toUTCString();
      bench.answer(reply(503, '', { 'retry-after': date }));
      const { retryAfterMs = 0 } = mustFail(bench, await bench.call(), 'overloaded', 'a 503');
      must(
        retryAfterMs > 30_000 && retryAfterMs <= 61_000,
        `Retry-After in a minute, as a date: expected about 60000, got ${retryAfterMs}`,
      );
    },
  },
  {
    id: 'error-body-bounded',
    title: 'an endless body of an error is not waited for, and not kept',
    async run(bench) {
      bench.answer(async function* () {
        yield replyHead(500, { 'content-type': 'text/plain' });
        while (true) yield chunk('and so on '.repeat(1_000));
      });
      const error = mustFail(bench, await bench.call(), 'server-error', 'a 500 with an endless body');
      const kept = JSON.stringify(error).length;
      must(kept < 16_384, `the error keeps ${kept} characters of an endless body`);
      const { socket } = await bench.waitForAnswer();
      must(
        await socket.closedWithin(250),
        'the socket of an endless error body was not closed within 250 ms',
      );
    },
  },
  {
    id: 'error-page',
    title: 'an error that is a web page is read by its status',
    async run(bench) {
      const page = '<html><head><title>Bad gateway</title></head><body>nginx</body></html>';
      bench.answer(reply(502, page, { 'content-type': 'text/html' }));
      mustFail(
        bench,
        await bench.call(),
        bench.subject.statusCodes?.[502] ?? 'server-error',
        'a 502 that is a page',
      );
    },
  },
  {
    id: 'refused-connection',
    title: 'a refused connection is network, and nothing was sent',
    async run(bench) {
      const gone = bench.createAt(await addressOfNobody());
      const error = mustFail(bench, await bench.call({}, {}, gone), 'network', 'a refused connection');
      mustEqual(error.sent, 'no', 'sent of a refused connection');
    },
  },
  {
    id: 'reset-before-head',
    title: 'a reset instead of an answer is network',
    async run(bench) {
      bench.answer([reset]);
      const error = mustFail(bench, await bench.call(), ['network'], 'a reset before any byte of an answer');
      must(error.sent !== 'no', 'the request had arrived: sent must be maybe, not no');
    },
  },
  {
    id: 'not-http',
    title: 'garbage instead of HTTP is a failure of the upstream',
    async run(bench) {
      bench.answer(['SSH-2.0-OpenSSH_9.6\r\n', { action: 'half-close' }]);
      mustFail(bench, await bench.call(), ['invalid-response', 'network'], 'garbage instead of HTTP');
    },
  },
  {
    id: 'error-event',
    title: 'an error in the middle of an answer is thrown, with what was received',
    notApplicable: unlessDeclared('noErrorEvents'),
    async run(bench) {
      const { begin, texts, end } = bench.wire.frames(sayings);
      const error = bench.subject.upstream.error?.('the model is out of order') ?? '';
      // Servers that report an error often write their end behind it.
      bench.answer(bench.wire.chunked([begin, ...texts, error, end]));
      const outcome = await bench.call();
      const codes = ['server-error', 'overloaded', 'invalid-request', 'rate-limited'] as const;
      const thrown = mustFail(bench, outcome, codes, 'an error in the middle of an answer');
      mustEqual(thrown.partial?.text, sayings.join(''), 'the partial text of a failed answer');
    },
  },
  {
    id: 'malformed',
    title: 'a frame that is not the protocol is invalid-response',
    notApplicable: unlessDeclared('noMalformed'),
    async run(bench) {
      const { begin, texts, end } = bench.wire.frames(sayings);
      bench.answer(bench.wire.chunked([begin, ...texts, bench.wire.malformed, end]));
      mustFail(bench, await bench.call(), 'invalid-response', 'a malformed frame in the middle of an answer');
    },
  },
];

/** An address where nobody listens any more. */
async function addressOfNobody(): Promise<string> {
  const upstream = await scriptedUpstream();
  await upstream.close();
  return upstream.url;
}
