import { ChatError, type ChatEvent } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { ToolCallAssembler } from './tool-call-assembler.ts';

/** The events of these deltas, each a list of fragments. */
function assemble(deltas: readonly unknown[]): readonly ChatEvent[] {
  const assembler = new ToolCallAssembler('local');
  const events: ChatEvent[] = [];
  for (const fragments of deltas) assembler.push(fragments, events);
  assembler.end('c-1', events);
  return events;
}

/** The whole calls, written short: `id name(arguments)`. */
function calls(deltas: readonly unknown[]): readonly string[] {
  return assemble(deltas).flatMap((event) =>
    event.type === 'tool-call' ? [`${event.id} ${event.name}(${event.arguments})`] : [],
  );
}

function piece(fields: { index?: number; id?: string; name?: string; text?: unknown }): object {
  const { index, id, name, text } = fields;
  return {
    ...(index === undefined ? {} : { index }),
    ...(id === undefined ? {} : { id, type: 'function' }),
    function: { ...(name === undefined ? {} : { name }), ...(text === undefined ? {} : { arguments: text }) },
  };
}

test('fragments are delivered as they come, the whole call after the last one', () => {
  expect(
    assemble([
      [piece({ index: 0, id: 'a', name: 'weather', text: '' })],
      [piece({ index: 0, text: '{"city":' })],
      [piece({ index: 0, text: '"Bern"}' })],
    ]),
  ).toEqual([
    { type: 'tool-call-delta', index: 0, id: 'a', name: 'weather', argumentsDelta: '' },
    { type: 'tool-call-delta', index: 0, argumentsDelta: '{"city":' },
    { type: 'tool-call-delta', index: 0, argumentsDelta: '"Bern"}' },
    { type: 'tool-call', id: 'a', name: 'weather', arguments: '{"city":"Bern"}' },
  ]);
});

test('the pieces of parallel calls are told apart by their index, also when they take turns', () => {
  expect(
    calls([
      [
        piece({ index: 0, id: 'a', name: 'f', text: '{"x"' }),
        piece({ index: 1, id: 'b', name: 'g', text: '{"y"' }),
      ],
      [piece({ index: 1, text: ':2}' })],
      [piece({ index: 0, text: ':1}' })],
    ]),
  ).toEqual(['a f({"x":1})', 'b g({"y":2})']);
});

describe('servers that do it in their own way', () => {
  test('id and name in every piece', () => {
    const each = { index: 0, id: 'a', name: 'f' };
    expect(
      calls([[piece({ ...each, text: '{"x"' })], [piece({ ...each, text: ':1}' })], [piece(each)]]),
    ).toEqual(['a f({"x":1})']);
  });

  test('a new id for every piece', () => {
    expect(
      calls([
        [piece({ index: 0, id: 'a', name: 'f', text: '{"x"' })],
        [piece({ index: 0, id: 'b', text: ':1}' })],
      ]),
    ).toEqual(['a f({"x":1})']);
  });

  test('whole calls in one piece, all of them number 0', () => {
    expect(
      calls([
        [piece({ index: 0, id: 'a', name: 'f', text: '{"x":1}' })],
        [piece({ index: 0, id: 'b', name: 'f', text: '{"x":2}' })],
        [piece({ index: 0, name: 'g', text: '{}' })],
      ]),
    ).toEqual(['a f({"x":1})', 'b f({"x":2})', 'call_c-1_2 g({})']);
  });

  test('whole calls without an index, in one delta or in several', () => {
    const f = piece({ id: 'a', name: 'f', text: '{"x":1}' });
    const g = piece({ id: 'b', name: 'g', text: '{}' });
    expect(calls([[f, g]])).toEqual(['a f({"x":1})', 'b g({})']);
    expect(calls([[f], [g]])).toEqual(['a f({"x":1})', 'b g({})']);
  });

  test('neither index nor id', () => {
    expect(
      calls([
        [piece({ name: 'f', text: '{"x"' })],
        [piece({ text: ':1}' })],
        [piece({ name: 'g', text: '{}' })],
      ]),
    ).toEqual(['call_c-1_0 f({"x":1})', 'call_c-1_1 g({})']);
  });

  test('two calls of different tools without arguments', () => {
    expect(
      calls([[piece({ index: 0, id: 'a', name: 'f' })], [piece({ index: 0, id: 'b', name: 'g' })]]),
    ).toEqual(['a f({})', 'b g({})']);
  });

  test('a name that comes after the first arguments', () => {
    expect(calls([[piece({ id: 'a', text: '{"x"' })], [piece({ id: 'a', name: 'f', text: ':1}' })]])).toEqual(
      ['a f({"x":1})'],
    );
  });

  test('a wrong index on the later pieces', () => {
    expect(
      calls([[piece({ index: 0, id: 'a', name: 'f', text: '{"x"' })], [piece({ index: 3, text: ':1}' })]]),
    ).toEqual(['a f({"x":1})']);
  });

  test('empty, missing and null arguments are an empty object', () => {
    expect(calls([[piece({ index: 0, id: 'a', name: 'f', text: '' })]])).toEqual(['a f({})']);
    expect(calls([[piece({ index: 0, id: 'a', name: 'f', text: null })]])).toEqual(['a f({})']);
  });

  test('arguments as an object instead of text', () => {
    expect(calls([[piece({ index: 0, id: 'a', name: 'f', text: { x: 1 } })]])).toEqual(['a f({"x":1})']);
  });

  test('an empty id is none', () => {
    expect(calls([[piece({ index: 0, id: '', name: 'f', text: '{}' })]])).toEqual(['call_c-1_0 f({})']);
  });
});

test('arguments that are no JSON are delivered as the model wrote them', () => {
  expect(calls([[piece({ index: 0, id: 'a', name: 'f', text: '{"x":' })]])).toEqual(['a f({"x":)']);
});

test('what is no list of fragments is no call', () => {
  expect(assemble([null, [], 'x', [null, 1]])).toEqual([]);
});

test('a call without a name fails: nobody could carry it out', () => {
  expect(() => assemble([[piece({ index: 0, id: 'a', text: '{}' })]])).toThrow(ChatError);
  expect(() => assemble([[piece({ index: 0, id: 'a', text: '{}' })]])).toThrow(
    'local sent a tool call without a name',
  );
});

function cpuMsOf(deltas: readonly unknown[]): number {
  const before = process.cpuUsage();
  assemble(deltas);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test.each([
  [
    'pieces that repeat the name and look finished',
    4_000,
    (at: number) => [piece({ index: 0, name: 'look', text: `${at === 0 ? '"' : ''}${'x'.repeat(1_000)}}` })],
  ],
  [
    'thousands of calls without a number',
    40_000,
    (at: number) => [piece({ id: `call_${at}`, name: 'look' })],
  ],
])('the cost of %s grows with their number, not with its square', (_what, length, deltaAt) => {
  // With the square it was more than ten seconds; now it is some tenths of one.
  expect(cpuMsOf(Array.from({ length }, (_, at) => deltaAt(at)))).toBeLessThan(3_000);
});
