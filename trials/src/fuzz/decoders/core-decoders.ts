import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { ChatError, JsonLinesDecoder, LineDecoder, SseDecoder } from '@sluice/core';
import fc from 'fast-check';
import { type FuzzProperty, fuzzProperty } from '../fuzz-property.ts';
import { cutBytes, cuts } from './cut-bytes.ts';
import { lineBytes } from './line-bytes.ts';

interface Pushed {
  push(chunk: Uint8Array): void;
  end(): void;
}

interface Told {
  readonly values: readonly unknown[];
  readonly error: string | undefined;
}

/** Every decoder of core, told to write down what it delivers. */
const decoders: { readonly [name: string]: (into: unknown[], maxLineBytes: number) => Pushed } = {
  lines: (into, maxLineBytes) => new LineDecoder((line) => into.push(line), maxLineBytes),
  'server-sent-events': (into, maxLineBytes) =>
    new SseDecoder((event) => into.push(event), { maxLineBytes, onOther: (line) => into.push(line) }),
  'json-lines': (into, maxLineBytes) => new JsonLinesDecoder((value) => into.push(value), { maxLineBytes }),
};

function told(
  make: (into: unknown[], maxLineBytes: number) => Pushed,
  chunks: readonly Uint8Array[],
  maxLineBytes: number,
): Told {
  const values: unknown[] = [];
  try {
    const decoder = make(values, maxLineBytes);
    for (const chunk of chunks) decoder.push(chunk);
    decoder.end();
    return { values, error: undefined };
  } catch (error) {
    // Anything else is a crash.
    if (!ChatError.is(error)) throw error;
    return { values, error: `${error.code}: ${error.message}` };
  }
}

const limits = fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 40 }));

const splits = Object.entries(decoders).map(([name, make]) =>
  fuzzProperty(
    `${name}-in-pieces`,
    400,
    fc.property(lineBytes, cuts, limits, (bytes, places, maxLineBytes) => {
      const whole = told(make, [bytes], maxLineBytes);
      assert.deepEqual(told(make, cutBytes(bytes, places), maxLineBytes), whole);
      assert.deepEqual(
        told(
          make,
          [...bytes].map((byte) => Uint8Array.of(byte)),
          maxLineBytes,
        ),
        whole,
      );
    }),
  ),
);

const reference = fuzzProperty(
  'lines-as-the-standard-has-them',
  400,
  fc.property(lineBytes, cuts, (bytes, places) => {
    const lines = new TextDecoder().decode(bytes).split(/\r\n|\r|\n/);
    // The text behind the last line end is a line only if there are any bytes of it: a lone byte order mark is an empty line.
    if (lines.at(-1) === '' && Buffer.from(bytes).toString('hex') !== 'efbbbf') lines.pop();
    const found = told((into) => new LineDecoder((line) => into.push(line)), cutBytes(bytes, places), 0);
    assert.deepEqual(found.values, lines);
  }),
);

const json = fuzzProperty(
  'json-lines-as-they-were-written',
  200,
  fc.property(
    fc.array(fc.jsonValue()),
    cuts,
    fc.constantFrom('\n', '\r\n', '\n\n \0\n'),
    (values, places, end) => {
      const bytes = Buffer.from(values.map((value) => JSON.stringify(value) + end).join(''));
      const found = told(
        (into) => new JsonLinesDecoder((value) => into.push(value)),
        cutBytes(bytes, places),
        0,
      );
      assert.deepEqual(JSON.stringify(found.values), JSON.stringify(values));
    },
  ),
);

/** Core's own decoders: any split of the same bytes gives the same, and nothing but a ChatError is thrown. */
export const coreDecoderProperties: readonly FuzzProperty[] = [...splits, reference, json];
