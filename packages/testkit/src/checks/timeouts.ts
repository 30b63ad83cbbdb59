import { ChatError, type ChatStream } from '@sluice/core';
import { type Bench, sayings } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must } from '../conformance-failure.ts';
import { mustCarryText, mustFail, mustNotSayUnsent } from '../outcome-judge.ts';
import { chunk } from '../upstream/http-reply.ts';
import { pause, stall } from '../upstream/script.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';

/** How long the limits of these checks are, in milliseconds: short, but longer than a busy machine needs for a request. */
const limitMs = 60;

/** How long an upstream that goes on and on waits between two pieces, in milliseconds. */
const beatMs = 5;

/** How often a connection is kept alive until it is plain that no limit comes. */
const mostBeats = 40;

/** The four limits of a call (design, section 3): each has its own code, and closes the socket. */
export const timeouts: readonly Check[] = [
  {
    id: 'connect-timeout',
    title: 'a connection that does not come up is connect-timeout, and nothing was sent',
    async run(bench) {
      // TLS belongs to connecting, and this server never shakes hands.
      await using silent = await scriptedUpstream();
      const provider = bench.createAt(`https://${silent.host}`);
      const outcome = await bench.call({}, { timeout: { connect: limitMs } }, provider);
      const error = mustFail(bench, outcome, 'connect-timeout', `no connection within ${limitMs} ms`);
      must(error.sent === 'no', `sent of a connection that never was: expected no, got ${error.sent}`);
      const socket = await bench.soon(silent.waitForSocket(), 'waiting for the connection');
      must(await socket.closedWithin(250), 'the socket was not closed within 250 ms after connect-timeout');
    },
  },
  {
    id: 'first-token-timeout',
    title: 'no answer at all within timeout.firstToken closes the socket',
    async run(bench) {
      bench.answer([stall]);
      const outcome = await bench.call({}, { timeout: { firstToken: limitMs } });
      const when = `no answer within ${limitMs} ms`;
      mustNotSayUnsent(mustFail(bench, outcome, 'first-token-timeout', when), when);
      await mustBeClosed(bench);
    },
  },
  {
    id: 'idle-timeout',
    title: 'a silence in the middle longer than timeout.idle is idle-timeout, and closes the socket',
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer([bench.wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
      const outcome = await bench.call({}, { timeout: { idle: limitMs } });
      const error = mustFail(bench, outcome, 'idle-timeout', `a silence of more than ${limitMs} ms`);
      mustCarryText(error, 'a silence');
      mustNotSayUnsent(error, 'a silence in the middle');
      await mustBeClosed(bench);
    },
  },
  {
    id: 'keep-alive-is-idle',
    title: 'what only keeps the connection alive does not count against timeout.idle',
    notApplicable: unlessDeclared('noKeepAlive'),
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer(async function* () {
        yield bench.wire.head;
        yield chunk(begin);
        yield chunk(texts[0] ?? '');
        for (let beat = 0; beat < mostBeats; beat += 1) {
          yield chunk(bench.wire.keepAlive);
          yield pause(limitMs / 4);
        }
        yield { action: 'reset' };
      });
      // Longer than the others: a machine that is busy for a whole limit would hide a provider that is wrong.
      const outcome = await bench.call({}, { timeout: { idle: 3 * limitMs } });
      mustFail(bench, outcome, 'idle-timeout', 'keep-alives for ever without any text');
      await mustBeClosed(bench);
    },
  },
  {
    id: 'total-before-text',
    title: 'timeout.total ends a call that waits for its answer with deadline-exceeded',
    async run(bench) {
      bench.answer([stall]);
      const outcome = await bench.call({}, { timeout: limitMs });
      const when = `a call of more than ${limitMs} ms`;
      mustNotSayUnsent(mustFail(bench, outcome, 'deadline-exceeded', when), when);
      await mustBeClosed(bench);
    },
  },
  {
    id: 'total-in-the-middle',
    title: 'timeout.total ends an answer that goes on for too long',
    async run(bench) {
      bench.answer(async function* () {
        yield bench.wire.head;
        yield chunk(bench.wire.frames([]).begin);
        // Longer than any limit that is tried below.
        for (let beat = 0; beat < bench.subject.patienceMs / beatMs; beat += 1) {
          yield chunk(bench.subject.upstream.text('on and '));
          yield pause(beatMs);
        }
        yield { action: 'reset' };
      });
      // An answer has to begin within the limit, which takes a busy machine more than one try.
      let totalMs = 2 * limitMs;
      let outcome = await bench.call({}, { timeout: totalMs });
      while (!outcome.opened && totalMs < bench.subject.patienceMs / 2) {
        totalMs *= 2;
        outcome = await bench.call({}, { timeout: totalMs });
      }
      must(outcome.opened, `no answer began within ${totalMs} ms: the middle of it could not be looked at`);
      mustFail(bench, outcome, 'deadline-exceeded', `an answer of more than ${totalMs} ms`);
      await mustBeClosed(bench);
    },
  },
  {
    id: 'total-unread',
    title: 'timeout.total also ends an answer that nobody reads, and its reader is told when he comes',
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer([bench.wire.head, chunk(begin), chunk(texts[0] ?? ''), stall]);
      let totalMs = 2 * limitMs;
      let stream = await opened(bench, totalMs);
      while (!stream && totalMs < bench.subject.patienceMs / 2) {
        totalMs *= 2;
        stream = await opened(bench, totalMs);
      }
      must(stream !== undefined, `no answer began within ${totalMs} ms: it could not be left unread`);
      const sockets = bench.upstream.exchanges.filter(bench.isAnswer).map(({ socket }) => socket);
      const closed = await Promise.all(sockets.map((socket) => socket.closedWithin(totalMs + 250)));
      must(!closed.includes(false), `an answer that nobody reads was open 250 ms after timeout.total`);
      const outcome = await bench.drain(stream);
      mustFail(bench, outcome, 'deadline-exceeded', `an answer that nobody read for ${totalMs} ms`);
    },
  },
];

/** A stream, if its answer began within the limit: on a busy machine it may not. */
async function opened(bench: Bench, totalMs: number): Promise<ChatStream | undefined> {
  const opening = bench.provider.stream(bench.ask, { timeout: totalMs });
  return bench.soon(opening, 'waiting for stream() to resolve or reject').catch((error: unknown) => {
    if (ChatError.is(error) && error.code === 'deadline-exceeded') return undefined;
    throw error;
  });
}

/** On a busy machine a limit may run out before the request has come: then there is nothing that would have to be closed. */
async function mustBeClosed({ upstream, isAnswer }: Bench): Promise<void> {
  const sockets = upstream.exchanges.filter(isAnswer).map(({ socket }) => socket);
  const closed = await Promise.all(sockets.map((socket) => socket.closedWithin(250)));
  must(!closed.includes(false), 'the socket was not closed within 250 ms after the timeout');
}
