import { describe, expect, it } from 'vitest';
import { decode, delta, ending, sse } from './decode.fixture.ts';

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('an answer that is made to do harm', () => {
  it.each([
    ['as an event', `data: ${deep(200_000)}\n\n`],
    ['as a whole answer', deep(200_000)],
    ['as content', `data: {"choices":[{"delta":{"content":{"a":${deep(200_000)}}}}]}\n\n`],
    [
      'as arguments',
      `data: {"choices":[{"delta":{"tool_calls":[{"function":{"name":"f","arguments":{"a":${deep(200_000)}}}}]}}]}\n\n`,
    ],
  ])('nested two hundred thousand deep %s is not the protocol', (_where, body) => {
    expect(decode(body).error).toMatchObject({ code: 'invalid-response' });
  });

  it('in a hundred thousand parts is read all the same', () => {
    const content = Array.from({ length: 140_000 }, () => ({ type: 'text', text: 'a' }));
    const whole = { choices: [{ index: 0, message: { content }, finish_reason: 'stop' }] };
    expect(decode(JSON.stringify(whole)).text.length).toBe(140_000);
  });

  it.each([
    [
      'the arguments of a call',
      () => ({ index: 0, function: { name: 'f', arguments: 'x'.repeat(2 ** 20) } }),
      17,
    ],
    [
      'calls',
      (index: number) => ({ index, id: `c${index}`, function: { name: 'f', arguments: '{}' } }),
      70_000,
    ],
  ])('is given up when %s have no end', (_what, fragment, count) => {
    const pieces = Array.from({ length: count }, (_each, index) => delta({ tool_calls: [fragment(index)] }));
    const { error, events } = decode(pieces);
    expect(error).toMatchObject({ code: 'invalid-response' });
    expect(events.length).toBeGreaterThan(10);
  });

  it('cannot reach a prototype', () => {
    const call = '{"index":0,"id":"__proto__","function":{"name":"__proto__","arguments":"{}"}}';
    const message = `{"__proto__":{"polluted":1},"choices":[{"__proto__":{"polluted":1},"delta":{"content":"a","tool_calls":[${call}]}}]}`;
    const { events, error } = decode(`data: ${message}\n\n${ending('__proto__')}`);
    expect(error).toBeUndefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(events).toContainEqual({ type: 'tool-call', id: '__proto__', name: '__proto__', arguments: '{}' });
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'tool-calls', rawReason: '__proto__' });
    expect(decode(sse(JSON.parse('{"__proto__":{"error":{"message":"x"}},"choices":[]}'))).error?.code).toBe(
      'truncated',
    );
  });
});
