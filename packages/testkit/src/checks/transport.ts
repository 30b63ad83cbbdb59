import { inspect } from 'node:util';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ChatError } from '@sluice/core';
import { type Bench, describeError, sayings } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail, mustReject, mustSucceed } from '../outcome-judge.ts';
import { connectProxy } from '../upstream/connect-proxy.ts';
import { chunk, lastChunk, reply, replyHead } from '../upstream/http-reply.ts';
import type { Step } from '../upstream/script.ts';
import {
  type ScriptedExchange,
  type ScriptedUpstream,
  scriptedUpstream,
} from '../upstream/scripted-upstream.ts';

/** A key that belongs to one call, in a header that no HTTP client knows for a credential by itself. */
const callKey = 'zq14-key-of-the-call';

/** What a decompression bomb unpacks to, in bytes: more than any piece of an answer may have. */
const bombBytes = 32 * 1024 * 1024;

const proxyPassword = 'zq15-password';

const encodings: readonly { readonly name: string; readonly pack: (body: Uint8Array) => Uint8Array }[] = [
  { name: 'gzip', pack: (body) => gzipSync(body) },
  { name: 'br', pack: (body) => brotliCompressSync(body) },
];

/** What lies between a provider and its upstream: redirects, compression, proxies (design, section 3). */
export const transport: readonly Check[] = [
  {
    id: 'redirect-of-answer',
    title: 'a redirect of the answer to another origin takes no key along',
    async run(bench) {
      await using other = await scriptedUpstream(bench.wire.answer(sayings));
      bench.answer(reply(307, '', { location: `${other.url}/elsewhere` }));
      const { error } = await bench.call({}, { headers: { 'x-api-key': callKey } });
      must(
        error === undefined || ChatError.is(error),
        () => `a 307 to another origin: expected an answer or a ChatError, got ${describeError(error)}`,
      );
      mustNotKnow(bench, other, 'a redirect of the answer (307)');
    },
  },
  {
    id: 'redirect-of-models',
    title: 'a redirect of the list of models to another origin takes no key along',
    notApplicable: unlessDeclared('noModelList'),
    async run(bench) {
      await using other = await scriptedUpstream(
        reply(200, bench.subject.upstream.models?.body ?? '[]', { 'content-type': 'application/json' }),
      );
      bench.listing(reply(302, '', { location: `${other.url}/elsewhere` }));
      const listing = bench.provider.listModels({ headers: { 'x-api-key': callKey } }).catch(() => {});
      await bench.soon(listing, 'waiting for listModels()');
      mustNotKnow(bench, other, 'a redirect of the list of models (302)');
    },
  },
  {
    id: 'compressed-answers',
    title: 'a compressed answer (gzip, br) is read like any other, also one byte at a time',
    async run(bench) {
      const body = bench.wire.body(sayings);
      for (const { name, pack } of encodings) {
        const packed = pack(body);
        for (const [how, pieces] of [
          ['in one chunk', [packed]],
          ['one byte a chunk', Array.from(packed, (byte) => Uint8Array.of(byte))],
        ] as const) {
          bench.answer((exchange) =>
            offers(exchange, name) ? compressed(bench, name, pieces) : bench.wire.answer(sayings),
          );
          const outcome = await bench.call();
          const when = `an answer in ${name}, ${how}`;
          mustSucceed(outcome, when);
          mustEqual(outcome.text, sayings.join(''), `the text of ${when}`);
        }
      }
    },
  },
  {
    id: 'decompression-bomb',
    title: 'an answer that unpacks to far more than it is is refused, not gathered',
    // Unpacking so much holds up whatever runs beside it.
    alone: true,
    waitsLonger: 3,
    async run(bench) {
      const packed = gzipSync(bench.wire.body(['x'.repeat(bombBytes)]));
      let asked = true;
      bench.answer((exchange) => {
        asked = offers(exchange, 'gzip');
        return asked ? compressed(bench, 'gzip', [packed]) : bench.wire.answer(sayings);
      });
      const outcome = await bench.call();
      const [kilobytes, megabytes] = [Math.ceil(packed.length / 2 ** 10), bombBytes / 2 ** 20];
      const when = `a piece of an answer that came in ${kilobytes} KiB and unpacks to ${megabytes} MiB`;
      if (asked) mustFail(bench, outcome, 'invalid-response', when);
      else mustSucceed(outcome, 'an answer that is not compressed, since that was not asked for');
    },
  },
  {
    id: 'proxy-per-call',
    title: 'a call goes through the proxy that it names, and the next one does not',
    async run(bench) {
      await using proxy = await connectProxy();
      const outcome = await bench.call({}, { proxy: proxy.url });
      mustSucceed(outcome, 'a call through a proxy');
      must(
        proxy.targets.includes(bench.upstream.host),
        'a call that names a proxy was answered, but did not go through it',
      );
      mustEqual(outcome.text, sayings.join(''), 'the text of an answer through a proxy');
      const before = proxy.targets.length;
      mustSucceed(await bench.call({}, { proxy: false }), 'a call without a proxy');
      mustEqual(proxy.targets.length, before, 'connections through the proxy after a call without one');
    },
  },
  {
    id: 'proxy-refused',
    title:
      'a proxy that refuses, or is not there, is a network error that names it, and nothing goes around it',
    async run(bench) {
      const gone = await connectProxy();
      await gone[Symbol.asyncDispose]();
      await using refusing = await connectProxy({ refuse: 403 });
      for (const [what, { url, host }] of [
        ['a proxy that refuses with 403', refusing],
        ['a proxy that is not there', gone],
      ] as const) {
        const proxy = url.replace('://', `://keeper:${proxyPassword}@`);
        const error = mustReject(bench, await bench.call({}, { proxy }), 'network', what);
        mustEqual(error.sent, 'no', `sent of a call through ${what}`);
        must(
          error.message.includes(host),
          () => `${what}: the error must name it, ${host}: ${error.message}`,
        );
        must(
          !inspect(error, { depth: 8 }).includes(proxyPassword),
          `${what}: the password of the proxy is in the error`,
        );
      }
      mustEqual(bench.upstream.exchanges.length, 0, 'requests that went around a proxy that failed');
    },
  },
];

function compressed(bench: Bench, encoding: string, pieces: readonly Uint8Array[]): readonly Step[] {
  const { contentType, headers } = bench.subject.upstream;
  const head = replyHead(200, { 'content-type': contentType, ...headers, 'content-encoding': encoding });
  return [head, ...pieces.map(chunk), lastChunk];
}

/** Whether a server may compress so. Who says nothing takes anything (RFC 9110, 12.5.3). */
function offers({ headers }: ScriptedExchange, encoding: string): boolean {
  const accepted = headers['accept-encoding'];
  return (
    accepted === undefined || accepted.split(/[\s,;]+/).some((each) => each === encoding || each === '*')
  );
}

function mustNotKnow(bench: Bench, other: ScriptedUpstream, what: string): void {
  const heard = other.exchanges.map(
    ({ path, headers, text }) => `${path} ${JSON.stringify(headers)} ${text()}`,
  );
  for (const [whose, key] of [
    ["the provider's key", bench.subject.credential],
    ['a key in the headers of the call (x-api-key)', callKey],
  ] as const) {
    must(!heard.some((each) => each.includes(key)), `${what} took ${whose} along to another origin`);
  }
}
