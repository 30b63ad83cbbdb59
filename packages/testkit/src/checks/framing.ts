import { type Bench, sayings } from '../bench.ts';
import type { Check } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { inBatches } from '../in-batches.ts';
import { mustFail, mustSucceed } from '../outcome-judge.ts';
import type { PreparedSubject } from '../subject.ts';
import { chunk } from '../upstream/http-reply.ts';
import { framingOf } from '../upstream-description.ts';

const shortSayings = ['é漢', '😀.'];

/** How far a line without an end may go until it is refused, in bytes. */
const mostUnendedBytes = 64 * 1024 * 1024;

/** Any split of the same bytes gives the same events (design, rule 7.10). */
export const framing: readonly Check[] = [
  {
    id: 'split-anywhere',
    title: 'an answer cut in two at any byte is the same answer',
    async run(bench) {
      const body = bench.wire.body(shortSayings);
      let cut = 0;
      bench.answer(() => {
        cut += 1;
        return bench.wire.chunked([body.subarray(0, cut), body.subarray(cut)]);
      });
      await inBatches(body.length - 1, async () => {
        await mustSay(bench, shortSayings, `an answer of ${body.length} bytes cut in two somewhere`);
      });
    },
  },
  {
    id: 'one-byte-a-chunk',
    title: 'an answer that comes one byte at a time is the same answer',
    async run(bench) {
      bench.answer(bench.wire.chunked(bytesOf(bench.wire.body(sayings))));
      await mustSay(bench, sayings, 'an answer of one byte a chunk');
    },
  },
  {
    id: 'all-in-one-chunk',
    title: 'an answer that comes in one piece is the same answer',
    async run(bench) {
      bench.answer(bench.wire.chunked([bench.wire.body(sayings)]));
      await mustSay(bench, sayings, 'an answer in one chunk');
    },
  },
  {
    id: 'line-ends',
    title: 'CRLF ends a line as LF does, also where it is split; in event streams CR, too',
    notApplicable: onlyLines,
    async run(bench) {
      const ends = bench.wire.framing === 'event-stream' ? ['\r\n', '\r'] : ['\r\n'];
      for (const lineEnd of ends) {
        const body = Buffer.from(
          Buffer.from(bench.wire.body(sayings)).toString('utf8').replaceAll('\n', lineEnd),
        );
        const called = JSON.stringify(lineEnd);
        bench.answer(bench.wire.chunked([body]));
        await mustSay(bench, sayings, `an answer with ${called} as its line ends`);
        bench.answer(bench.wire.chunked(bytesOf(body)));
        await mustSay(bench, sayings, `an answer with ${called} as its line ends, one byte a chunk`);
      }
    },
  },
  {
    id: 'byte-order-mark',
    title: 'a byte order mark at the start is not part of the answer',
    notApplicable: onlyLines,
    async run(bench) {
      bench.answer(bench.wire.chunked(['\ufeff', bench.wire.body(sayings)]));
      await mustSay(bench, sayings, 'an answer behind a byte order mark');
    },
  },
  {
    id: 'no-last-line-end',
    title: 'an end whose last line is not ended is an end all the same',
    notApplicable: onlyLines,
    async run(bench) {
      const text = Buffer.from(bench.wire.body(sayings)).toString('utf8');
      bench.answer(bench.wire.chunked([text.replace(/\n+$/, '')]));
      await mustSay(bench, sayings, 'an answer without its last line end');
    },
  },
  {
    id: 'keep-alives-between',
    title: 'keep-alives between the pieces are not part of the answer',
    notApplicable: ({ declares }) => declares.noKeepAlive,
    async run(bench) {
      const { begin, texts, end } = bench.wire.frames(sayings);
      const alive = bench.wire.keepAlive;
      bench.answer(bench.wire.chunked([alive, begin, ...texts.flatMap((text) => [alive, text]), alive, end]));
      await mustSay(bench, sayings, 'an answer with keep-alives between');
    },
  },
  {
    id: 'surrogates-together',
    title: 'a character whose halves come in two pieces is delivered whole',
    notApplicable: ({ upstream }) =>
      Buffer.from(upstream.text('\ud83d')).toString('utf8').includes('\ufffd')
        ? 'the protocol cannot write half a character'
        : undefined,
    async run(bench) {
      bench.answer(bench.wire.answer(['half \ud83d', '\ude00 whole']));
      const outcome = await mustSay(bench, ['half 😀 whole'], 'an answer with a character in two pieces');
      const broken = outcome.events.some(
        (event) => event.type === 'text-delta' && !event.text.isWellFormed(),
      );
      must(!broken, 'a piece of text ends with half a character');
    },
  },
  {
    id: 'unended-line',
    title: 'a line that never ends is refused, not gathered without bound',
    notApplicable: onlyLines,
    waitsLonger: 3,
    async run(bench) {
      const start =
        Buffer.from(bench.subject.upstream.text('begin ')).toString('utf8').split('begin ')[0] ?? '';
      const { begin, texts } = bench.wire.frames(['Here it comes: ']);
      const more = chunk(Buffer.alloc(256 * 1024, 'x'));
      bench.answer(async function* (exchange) {
        yield bench.wire.head;
        yield chunk(Buffer.concat([begin, ...texts]));
        yield chunk(start);
        while (exchange.sentBytes < mostUnendedBytes) yield more;
        yield { action: 'half-close' };
      });
      const outcome = await bench.call();
      const { sentBytes } = await bench.waitForAnswer();
      must(
        sentBytes < mostUnendedBytes,
        `the provider read a line of ${mostUnendedBytes} bytes and wanted more`,
      );
      mustFail(bench, outcome, 'invalid-response', 'a line that never ends');
    },
  },
];

function onlyLines({ upstream }: PreparedSubject): string | undefined {
  return framingOf(upstream) === 'other' ? 'the answer is neither an event stream nor JSON lines' : undefined;
}

function bytesOf(body: Uint8Array): readonly Uint8Array[] {
  return Array.from(body, (byte) => Uint8Array.of(byte));
}

async function mustSay(bench: Bench, said: readonly string[], when: string): ReturnType<Bench['call']> {
  const outcome = await bench.call();
  mustSucceed(outcome, when);
  mustEqual(outcome.text, said.join(''), `the text of ${when}`);
  return outcome;
}
