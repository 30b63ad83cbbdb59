import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { type FuzzProperty, fuzzProperty } from '../fuzz-property.ts';
import { answerBytes, answerLines, words } from './answer-bytes.ts';
import { cutBytes, cuts, evenPieces } from './cut-bytes.ts';
import { prompt, readAnswer, type Seen, type WireName, wireNames } from './wire.ts';

const contentTypes = fc.constantFrom(
  'text/event-stream',
  'application/json',
  'text/plain; charset=utf-8',
  'text/html',
);

/** Everything that a user could notice, as one text. */
function asText({ events, error }: Seen): string {
  const { partial, code, message, body, status } = error ?? {};
  return JSON.stringify({ events, error: error ? { code, message, body, status, partial } : null });
}

/** At most one end, nothing after it, and an error that says nothing it must not. */
function assertHonest({ events, error }: Seen): void {
  const finishes = events.filter(({ type }) => type === 'finish').length;
  assert.equal(finishes, error === undefined ? 1 : 0, 'one finish, or one throw');
  if (finishes === 1) assert.equal(events.at(-1)?.type, 'finish', 'nothing comes after the end');
  assert.ok(!JSON.stringify(error?.toJSON() ?? {}).includes(prompt), 'no prompt in an error');
}

const anySplit = (wire: WireName): FuzzProperty =>
  fuzzProperty(
    `${wire}-in-pieces`,
    60,
    fc.asyncProperty(
      answerBytes(wire),
      cuts,
      fc.array(fc.boolean(), { maxLength: 4 }),
      contentTypes,
      fc.boolean(),
      async (bytes, places, late, contentType, framed) => {
        const whole = await readAnswer(wire, [bytes], { contentType, framed });
        assertHonest(whole);
        const pieces = cutBytes(bytes, places);
        assert.equal(asText(await readAnswer(wire, pieces, { contentType, framed, late })), asText(whole));
        const single = evenPieces(bytes, 1);
        assert.equal(asText(await readAnswer(wire, single, { contentType, framed })), asText(whole));
      },
    ),
  );

/** Objects whose text is written in every way that JSON has, beside fields that look like it. */
const lookalike = fc.record({
  text: words,
  form: fc.constantFrom(
    'plain',
    'plain',
    'plain',
    'twice',
    'first-twice',
    'spaced',
    'escaped',
    'nested',
    'extra',
    'reordered',
    'finish',
    'two-choices',
    'index',
    'prototype',
    'big-number',
    'tool',
    'usage',
    'reasoning',
    'done',
  ),
  at: fc.nat(3),
});

function written({ text, form, at }: { text: string; form: string; at: number }): string {
  const json = JSON.stringify(text);
  const escaped = `"${[...text].map((unit) => [...Array(unit.length).keys()].map((index) => `\\u${unit.charCodeAt(index).toString(16).padStart(4, '0')}`).join('')).join('')}"`;
  const message = (delta: string, rest = '"finish_reason":null', top = ''): string =>
    `data: {"id":"c",${top}"choices":[{"index":0,"delta":{${delta}},${rest}}]}\n\n`;
  switch (form) {
    case 'twice':
      return message(`"content":"a","content":${json}`);
    case 'first-twice':
      return message(`"content":${json},"content":"a"`);
    case 'spaced':
      return message(` "content" : ${json} `);
    case 'escaped':
      return message(`"content":${escaped}`);
    case 'nested':
      return message(`"content":${json},"x":{"delta":{"content":${json}}}`);
    case 'extra':
      return message(`"content":${json}`, `"finish_reason":null,"x":${json}`);
    case 'reordered':
      return message(`"content":${json}`, '"finish_reason":null', `"x":${json},`);
    case 'finish':
      return message(`"content":${json}`, '"finish_reason":"stop"');
    case 'two-choices':
      return `data: {"id":"c","choices":[{"index":0,"delta":{"content":${json}}},{"index":1,"delta":{"content":${json}}}]}\n\n`;
    case 'index':
      return `data: {"id":"c","choices":[{"index":${at},"delta":{"content":${json}},"finish_reason":null}]}\n\n`;
    case 'prototype':
      return message(`"__proto__":{"content":${json}},"content":${json}`);
    case 'big-number':
      return message(`"content":${json}`, '"finish_reason":null,"logprobs":1e999');
    case 'tool':
      return message(
        `"content":${json},"tool_calls":[{"index":0,"id":"1","function":{"name":"f","arguments":${json}}}]`,
      );
    case 'usage':
      return message(
        `"content":${json}`,
        '"finish_reason":null',
        `"usage":${at === 0 ? 'null' : '{"total_tokens":1}'},`,
      );
    case 'reasoning':
      return message(`"content":${json},"reasoning":${at === 0 ? '""' : json}`);
    case 'done':
      return at === 0 ? 'data: [DONE]\n\n' : ': ping\n\n';
    default:
      return message(`"content":${json}`);
  }
}

/** The short cut for messages that differ only in their text, against decoding each of them. */
const shortCut = fuzzProperty(
  'openai-short-cut',
  150,
  fc.asyncProperty(
    fc.oneof(
      fc.array(lookalike, { maxLength: 40 }).map((messages) => messages.map(written)),
      // The same forms over and over: what is learnt is used, given up, and learnt anew.
      fc
        .tuple(
          fc.array(lookalike, { minLength: 1, maxLength: 4 }),
          fc.array(words, { minLength: 1, maxLength: 30 }),
        )
        .map(([forms, texts]) => texts.flatMap((text) => forms.map((form) => written({ ...form, text })))),
      answerLines('openai'),
    ),
    cuts,
    async (lines, places) => {
      const bytes = Buffer.from(`${lines.join('')}data: [DONE]\n\n`);
      const quick = await readAnswer('openai', cutBytes(bytes, places));
      const plain = await readAnswer('openai', [bytes], { includeRaw: true });
      assert.equal(
        asText(quick),
        asText({ ...plain, events: plain.events.filter(({ type }) => type !== 'raw') }),
      );
    },
  ),
);

/** A hundred times what it takes on a machine of today, in milliseconds of processor time. */
const mostCpuMs = 5_000;

/** Reads an answer of which only the cost is of interest: it must not grow faster than the bytes. */
async function assertCheap(wire: WireName, bytes: Uint8Array, pieceBytes: number): Promise<void> {
  let events = 0;
  const before = process.cpuUsage();
  await readAnswer(wire, evenPieces(bytes, pieceBytes), {
    onEvent: () => {
      events += 1;
    },
  });
  const { user, system } = process.cpuUsage(before);
  const cpuMs = (user + system) / 1_000;
  assert.ok(cpuMs < mostCpuMs, `${bytes.length} bytes took ${cpuMs.toFixed(0)} ms, for ${events} events`);
}

const repeatedBytes = 1024 * 1024;

/** The same lines over and over. */
const repeated = (wire: WireName): FuzzProperty =>
  fuzzProperty(
    `${wire}-much-of-it`,
    1,
    fc.asyncProperty(
      answerLines(wire),
      answerLines(wire).filter((lines) => lines.join('').length > 0),
      fc.constantFrom(64, 700, 16_384),
      async (first, again, pieceBytes) => {
        const unit = again.join('');
        const times = Math.ceil(repeatedBytes / Buffer.byteLength(unit));
        await assertCheap(wire, Buffer.from(first.join('') + unit.repeat(times)), pieceBytes);
      },
    ),
    // Each smaller case would take its seconds, too.
    true,
  );

/** What a value becomes when a server goes mad. */
const swellings: readonly ((value: string, size: number) => string)[] = [
  (value, size) => `[${Array(size).fill(value).join(',')}]`,
  (value, size) => '['.repeat(size) + value + ']'.repeat(size),
  (value, size) => '{"error":'.repeat(size) + value + '}'.repeat(size),
  (value, size) =>
    value.startsWith('"') ? `"${value.slice(1, -1).repeat(size)}"` : value + '0'.repeat(size),
];

/** Single values of a message grown beyond all measure. */
const swollen = (wire: WireName): FuzzProperty =>
  fuzzProperty(
    `${wire}-swollen`,
    2,
    fc.asyncProperty(
      answerLines(wire).filter((lines) => lines.length > 0),
      fc.nat(),
      fc.constantFrom(...swellings),
      fc.constantFrom(10, 1_000, 20_000),
      async (lines, which, swell, size) => {
        const text = lines.join('');
        const values = [...text.matchAll(/(?<=[:[,])(?:"(?:[^"\\]|\\.)*"|null|true|-?\d+)/g)];
        const value = values[which % values.length];
        const at = value?.index ?? text.length;
        const grown = swell(value?.[0] ?? '"text"', size);
        const whole = text.slice(0, at) + grown + text.slice(at + (value?.[0].length ?? 0));
        await assertCheap(wire, Buffer.from(whole), 16_384);
      },
    ),
    true,
  );

/** One provider for each grammar. */
const costly = ['openai', 'flowgpt', 'h2o-a', 'h2o-e'] as const;

/** The providers' decoders, through the providers: what a caller would see. */
export const providerDecoderProperties: readonly FuzzProperty[] = [
  ...wireNames.map(anySplit),
  shortCut,
  ...costly.map(repeated),
  ...costly.map(swollen),
];
