import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { ChatError, type ChatEvent } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createStreamParts, type StreamParts } from './stream-parts.ts';

const create = (): StreamParts =>
  createStreamParts({
    warnings: [{ type: 'other', message: 'about the request' }],
    model: 'm',
    interruptedIsKnown: true,
    metadata: () => ({ sluice: { provider: 'p' } }),
  });

function partsOf(...events: ChatEvent[]): LanguageModelV4StreamPart[] {
  const parts = create();
  const into: LanguageModelV4StreamPart[] = [];
  for (const event of events) parts.push(event, into);
  return into;
}

const text = (said: string): ChatEvent => ({ type: 'text-delta', text: said });
const stop: ChatEvent = { type: 'finish', reason: 'stop', rawReason: 'end_turn' };

describe('the parts of a stream', () => {
  it('begin with every warning that came before the answer, then who answers', () => {
    const warning: ChatEvent = { type: 'warning', code: 'emulated', feature: 'stop', message: 'here' };
    expect(partsOf({ type: 'raw', value: 1 }, warning, text('a'))).toEqual([
      {
        type: 'stream-start',
        warnings: [
          { type: 'other', message: 'about the request' },
          { type: 'compatibility', feature: 'stopSequences', details: 'here' },
        ],
      },
      { type: 'response-metadata', modelId: 'm' },
      { type: 'raw', rawValue: 1 },
      { type: 'text-start', id: 'text-0' },
      { type: 'text-delta', id: 'text-0', delta: 'a' },
    ]);
  });

  it('frame each run of text and reasoning as a block of its own, and say nothing for empty pieces', () => {
    const parts = partsOf(
      { type: 'reasoning-delta', text: 'hm' },
      text(''),
      text('a'),
      text('b'),
      { type: 'reasoning-delta', text: 'oh' },
      stop,
    );
    expect(parts.slice(2).map((part) => ('id' in part ? `${part.type} ${part.id}` : part.type))).toEqual([
      'reasoning-start reasoning-0',
      'reasoning-delta reasoning-0',
      'reasoning-end reasoning-0',
      'text-start text-1',
      'text-delta text-1',
      'text-delta text-1',
      'text-end text-1',
      'reasoning-start reasoning-2',
      'reasoning-delta reasoning-2',
      'reasoning-end reasoning-2',
      'finish',
    ]);
  });

  it('stream the input of tools that come at the same time, and hold back what has no name yet', () => {
    const parts = partsOf(
      text('so'),
      { type: 'tool-call-delta', index: 0, id: 'a', name: 'one', argumentsDelta: '' },
      { type: 'tool-call-delta', index: 1, id: 'b', argumentsDelta: '{"x"' },
      { type: 'tool-call-delta', index: 0, argumentsDelta: '{}' },
      { type: 'tool-call-delta', index: 1, name: 'two', argumentsDelta: ':1' },
      { type: 'tool-call-delta', index: 1, argumentsDelta: '}' },
      { type: 'tool-call', id: 'b', name: 'two', arguments: '{"x":1}' },
      { type: 'tool-call', id: 'a', name: 'one', arguments: '{}' },
    );
    expect(parts.slice(4)).toEqual([
      { type: 'text-end', id: 'text-0' },
      { type: 'tool-input-start', id: 'a', toolName: 'one' },
      { type: 'tool-input-delta', id: 'a', delta: '{}' },
      { type: 'tool-input-start', id: 'b', toolName: 'two' },
      { type: 'tool-input-delta', id: 'b', delta: '{"x":1' },
      { type: 'tool-input-delta', id: 'b', delta: '}' },
      { type: 'tool-input-end', id: 'b' },
      { type: 'tool-call', toolCallId: 'b', toolName: 'two', input: '{"x":1}' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: '{}' },
    ]);
  });

  it('a call that comes whole, and one without arguments or ids, is framed all the same', () => {
    expect(partsOf({ type: 'tool-call', id: 'a', name: 'one', arguments: '' }).slice(2)).toEqual([
      { type: 'tool-input-start', id: 'a', toolName: 'one' },
      { type: 'tool-input-end', id: 'a' },
      { type: 'tool-call', toolCallId: 'a', toolName: 'one', input: '{}' },
    ]);
    const numbered = partsOf(
      { type: 'tool-call-delta', index: 0, name: 'one', argumentsDelta: '{"y":2}' },
      { type: 'tool-call', id: 'call_0', name: 'one', arguments: '{"y":2}' },
      { type: 'tool-call-delta', index: 1, name: 'two', argumentsDelta: '{}' },
      { type: 'tool-call', id: 'call_1', name: 'two', arguments: '{}' },
    );
    expect(numbered.slice(2)).toEqual([
      { type: 'tool-input-start', id: 'call_0', toolName: 'one' },
      { type: 'tool-input-delta', id: 'call_0', delta: '{"y":2}' },
      { type: 'tool-input-end', id: 'call_0' },
      { type: 'tool-call', toolCallId: 'call_0', toolName: 'one', input: '{"y":2}' },
      { type: 'tool-input-start', id: 'call_1', toolName: 'two' },
      { type: 'tool-input-delta', id: 'call_1', delta: '{}' },
      { type: 'tool-input-end', id: 'call_1' },
      { type: 'tool-call', toolCallId: 'call_1', toolName: 'two', input: '{}' },
    ]);
  });

  it('cite sources, with or without an address', () => {
    const parts = partsOf(
      text('a'),
      { type: 'source', url: 'https://a.test', title: 'A' },
      { type: 'source', title: 'B' },
      { type: 'source' },
    );
    expect(parts.slice(4)).toEqual([
      { type: 'source', sourceType: 'url', id: 'source-0', url: 'https://a.test', title: 'A' },
      { type: 'source', sourceType: 'document', id: 'source-1', mediaType: 'text/plain', title: 'B' },
    ]);
  });

  it('end with the usage in the nested shape, every key of it there, and with late warnings', () => {
    const usage = { inputTokens: 10, outputTokens: 7, reasoningTokens: 3, cachedInputTokens: 4 };
    const late: ChatEvent = { type: 'warning', code: 'resumed', message: 'two goes on' };
    expect(partsOf(text('a'), late, { type: 'finish', reason: 'length', usage }).at(-1)).toEqual({
      type: 'finish',
      finishReason: { unified: 'length', raw: undefined },
      usage: {
        inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
        outputTokens: { total: 7, text: 4, reasoning: 3 },
        raw: usage,
      },
      providerMetadata: {
        sluice: { provider: 'p', warnings: [{ type: 'other', message: 'two goes on' }] },
      },
    });
    const last = partsOf(text('a'), stop).at(-1);
    expect(last).toMatchObject({ finishReason: { unified: 'stop', raw: 'end_turn' } });
    expect(last?.type === 'finish' && Object.keys(last.usage.inputTokens)).toEqual([
      'total',
      'noCache',
      'cacheRead',
      'cacheWrite',
    ]);
  });

  it('of a failure close what is open, tell the error, and end as no good answer does', () => {
    const parts = create();
    const into: LanguageModelV4StreamPart[] = [];
    parts.push(text('a'), into);
    const shown = new Error('shown');
    parts.fail(new ChatError('truncated', 'cut'), shown, into);
    expect(into.slice(-3)).toMatchObject([
      { type: 'text-end', id: 'text-0' },
      { type: 'error', error: shown },
      { type: 'finish', finishReason: { unified: 'interrupted' }, providerMetadata: { sluice: {} } },
    ]);
  });

  it('cannot take back what was shown: an answer that begins again is a failure', () => {
    const again: ChatEvent = { type: 'warning', code: 'restarted', message: 'two begins again' };
    expect(() => partsOf(text('a'), again)).toThrow(/cannot take back/);
  });
});
