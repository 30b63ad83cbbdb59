import type { ChatEvent, Support } from '@sluice/core';
import { prompt, sayings, textOf } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustEndOnce, mustFail, mustName, mustSucceed } from '../outcome-judge.ts';
import { chunk, lastChunk } from '../upstream/http-reply.ts';
import { waitFor } from '../upstream/script.ts';

const supports: readonly Support[] = ['native', 'emulated', 'none'];
const supported = [
  'streaming',
  'messageHistory',
  'systemMessage',
  'tools',
  'vision',
  'json',
  'stop',
  'seed',
  'usage',
  'reasoning',
  'cancel',
] as const;

/** What every stream of every provider is (design, section 3). */
export const contract: readonly Check[] = [
  {
    id: 'identity',
    title: 'the provider has a well-formed id and says of every capability what it is',
    async run({ provider }) {
      must(
        /^[a-z0-9][a-z0-9-]*$/.test(provider.id),
        `the id ${JSON.stringify(provider.id)} is not well-formed`,
      );
      for (const name of supported) {
        must(
          supports.includes(provider.capabilities[name]),
          `capabilities.${name} must be native, emulated or none, got ${JSON.stringify(provider.capabilities[name])}`,
        );
      }
      must(
        typeof provider.capabilities.needsAuth === 'boolean',
        'capabilities.needsAuth must be true or false',
      );
    },
  },
  {
    id: 'text-as-said',
    title: 'the text arrives as it was said, in order, without a piece lost or added',
    async run(bench) {
      const outcome = await bench.call();
      mustSucceed(outcome, 'a good answer');
      mustEqual(outcome.text, sayings.join(''), 'the text of a good answer');
    },
  },
  {
    id: 'one-finish-last',
    title: 'a good answer ends with exactly one finish, the last event',
    async run(bench) {
      mustEndOnce(await bench.call(), 'a good answer');
    },
  },
  {
    id: 'second-end',
    title: 'a second end on the wire is not a second finish',
    notApplicable: unlessDeclared('endOfBody'),
    async run(bench) {
      const { begin, texts, end } = bench.wire.frames(sayings);
      bench.answer(bench.wire.chunked([begin, ...texts, end, end]));
      const outcome = await bench.call();
      mustEndOnce(outcome, 'an answer with two ends');
    },
  },
  {
    id: 'text-after-end',
    title: 'text after the end is not delivered',
    notApplicable: unlessDeclared('endOfBody'),
    async run(bench) {
      const { begin, texts, end } = bench.wire.frames(sayings);
      const late = bench.wire.frames(['and late words']).texts;
      bench.answer(bench.wire.chunked([begin, ...texts, end, ...late, end]));
      const outcome = await bench.call();
      mustEndOnce(outcome, 'an answer with text after its end');
      mustEqual(outcome.text, sayings.join(''), 'the text of an answer with text after its end');
    },
  },
  {
    id: 'as-it-comes',
    title: 'each piece is delivered before the next one is sent',
    notApplicable: ({ capabilities }) =>
      capabilities.streaming === 'native' ? undefined : `capabilities.streaming is ${capabilities.streaming}`,
    async run(bench) {
      const got = sayings.map(() => Promise.withResolvers<void>());
      const { begin, texts, end } = bench.wire.frames(sayings);
      bench.answer(async function* () {
        yield bench.wire.head;
        yield chunk(begin);
        for (const [index, text] of texts.entries()) {
          yield chunk(text);
          const signal = got[index]?.promise;
          if (signal) yield waitFor(signal);
        }
        yield chunk(end);
        yield lastChunk;
      });
      const events: ChatEvent[] = [];
      let expected = '';
      const stream = await bench.open();
      const iterator = stream[Symbol.asyncIterator]();
      for (const [index, text] of sayings.entries()) {
        // Half a character, or white space at the end, may wait for the next piece: the rest of this one may not.
        expected += text;
        while (!textOf(events).startsWith(expected.trimEnd())) {
          const what = `waiting for piece ${index + 1} of the answer, while the upstream keeps back the next`;
          const step = await bench.soon(iterator.next(), what);
          must(step.done !== true, `the stream ended before piece ${index + 1}`);
          events.push(step.value);
        }
        got[index]?.resolve();
      }
      mustSucceed(await bench.drain(stream, events), 'an answer that came piece by piece');
    },
  },
  {
    id: 'result',
    title: 'result() gathers the whole answer and says who gave it',
    async run(bench) {
      const result = await bench.soon((await bench.open()).result(), 'waiting for result()');
      mustEqual(result.text, sayings.join(''), 'the text of result()');
      mustName(bench, result.provider, 'the provider of result()');
      must(typeof result.finishReason === 'string', 'result() has no finishReason');
    },
  },
  {
    id: 'text-stream',
    title: 'textStream is the text alone',
    async run(bench) {
      const { textStream } = await bench.open();
      const iterator = textStream[Symbol.asyncIterator]();
      let text = '';
      while (true) {
        const step = await bench.soon(iterator.next(), 'reading textStream');
        if (step.done) break;
        text += step.value;
      }
      mustEqual(text, sayings.join(''), 'the text of textStream');
    },
  },
  {
    id: 'readable-stream',
    title: 'toReadableStream() has the same events',
    async run(bench) {
      const reader = (await bench.open()).toReadableStream().getReader();
      const events: ChatEvent[] = [];
      while (true) {
        const step = await bench.soon(reader.read(), 'reading toReadableStream()');
        if (step.done) break;
        events.push(step.value);
      }
      mustEqual(textOf(events), sayings.join(''), 'the text of toReadableStream()');
      mustEqual(events.at(-1)?.type, 'finish', 'the last event of toReadableStream()');
    },
  },
  {
    id: 'names-itself',
    title: 'the stream says which provider and which model answer',
    async run(bench) {
      const stream = await bench.open();
      mustName(bench, stream.provider, 'stream.provider');
      must(
        stream.model === undefined || (typeof stream.model === 'string' && stream.model !== ''),
        'stream.model must be a name where it is there',
      );
      await bench.drain(stream);
    },
  },
  {
    id: 'whole-answer',
    title: 'with stream: false the answer is the same, as events',
    async run(bench) {
      const whole = bench.subject.upstream.whole?.(sayings.join(''));
      if (whole) bench.answer(wholeReply(whole));
      const outcome = await bench.call({}, { stream: false });
      mustSucceed(outcome, 'a whole answer');
      mustEqual(outcome.text, sayings.join(''), 'the text of a whole answer');
    },
  },
  {
    id: 'raw-events',
    title: 'includeRaw delivers what came over the wire, and nothing does without it',
    notApplicable: unlessDeclared('noRawEvents'),
    async run(bench) {
      const raw = (events: readonly ChatEvent[]): number =>
        events.filter(({ type }) => type === 'raw').length;
      mustEqual(raw((await bench.call()).events), 0, 'raw events without includeRaw');
      const outcome = await bench.call({}, { includeRaw: true });
      mustSucceed(outcome, 'a call with includeRaw');
      must(
        raw(outcome.events) > 0,
        'includeRaw brought no raw event (declares.noRawEvents, if there are none)',
      );
    },
  },
  {
    id: 'failure-ends-it',
    title: 'after a failure nothing more comes, and the prompt is not part of it',
    notApplicable: unlessDeclared('endOfBody'),
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer(bench.wire.chunked([begin, ...texts]));
      const outcome = await bench.call();
      const error = mustFail(bench, outcome, 'truncated', 'an answer without its end');
      mustEqual(outcome.afterEnd, [], 'events after a failure');
      must(!JSON.stringify(error).includes(prompt), 'the error holds the prompt');
      must(
        !outcome.events.some(({ type }) => type === 'finish'),
        'a failed answer must not have a finish event beside its failure',
      );
    },
  },
];

function wholeReply({
  contentType,
  body,
}: {
  readonly contentType: string;
  readonly body: string | Uint8Array;
}) {
  return [
    `HTTP/1.1 200 OK\r\ncontent-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`,
    body,
  ];
}
