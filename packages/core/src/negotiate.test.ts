import { describe, expect, it } from 'vitest';
import type { Capabilities } from './capabilities.ts';
import { ChatError } from './chat-error.ts';
import { type NeededFeature, negotiate, requestNeeds } from './negotiate.ts';
import type { ChatRequest } from './request.ts';

const all: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'native',
  vision: 'native',
  json: 'native',
  stop: 'native',
  seed: 'native',
  usage: 'native',
  reasoning: 'native',
  cancel: 'native',
  audio: 'native',
  files: 'native',
  needsAuth: false,
};

const user = (content: ChatRequest['messages'][number]['content']): ChatRequest['messages'][number] => ({
  role: 'user',
  content,
});

const asking: { readonly [Feature in NeededFeature]: Partial<ChatRequest> } = {
  systemMessage: { messages: [{ role: 'developer', content: 'Be brief.' }, user('Hi')] },
  messageHistory: { messages: [user('a'), { role: 'assistant', content: 'b' }, user('c')] },
  tools: { tools: [{ name: 'now' }] },
  vision: { messages: [user([{ type: 'image', url: 'https://example.com/a.png' }])] },
  audio: { messages: [user([{ type: 'audio', data: 'AA==', mediaType: 'audio/wav' }])] },
  files: { messages: [user([{ type: 'file', data: 'AA==', mediaType: 'text/plain' }])] },
  json: { responseFormat: { type: 'json' } },
  stop: { stop: 'x' },
};

describe('what a request needs', () => {
  it.each(Object.entries(asking))(
    '%s is what negotiate refuses without it, and nothing else',
    (feature, part) => {
      const request: ChatRequest = { messages: [user('Hi')], ...part };
      expect(requestNeeds(request).features).toEqual([feature]);
      expect(() => negotiate(request, { ...all, [feature]: 'none' }, 'p')).toThrow(ChatError);
      expect(negotiate(request, all, 'p').warnings).toEqual([]);
    },
  );

  it('counts the text of all messages', () => {
    const messages = [
      user('abc'),
      user([
        { type: 'text', text: 'de' },
        { type: 'image', url: 'https://x.y' },
      ]),
    ];
    expect(requestNeeds({ messages }).inputChars).toBe(5);
  });
});

describe('what becomes of a request', () => {
  const none = Object.fromEntries(
    Object.entries(all).map(([name, value]) => [name, value === 'native' ? 'none' : value]),
  ) as unknown as Capabilities;
  const plain: ChatRequest = { messages: [user('Hi')] };

  it('a plain question needs nothing', () => {
    expect(negotiate(plain, none, 'p')).toEqual({ warnings: [], localStops: [] });
  });

  it.each([
    ['systemMessage', 'p cannot do system messages; choose another provider or leave them out'],
    ['vision', 'p cannot do images; choose another provider or leave them out'],
    ['json', 'p cannot do JSON answers (responseFormat); choose another provider or leave them out'],
  ] as const)('%s is refused where there is none, in words', (feature, message) => {
    expect(() => negotiate({ ...plain, ...asking[feature] }, none, 'p')).toThrow(
      expect.objectContaining({ code: 'unsupported', provider: 'p', message, sent: 'no' }),
    );
  });

  it.each(Object.keys(asking) as NeededFeature[])('%s is reported where it is emulated', (feature) => {
    const request = { ...plain, ...asking[feature] };
    const { warnings } = negotiate(request, { ...all, [feature]: 'emulated' }, 'p');
    expect(warnings.map(({ code, feature: about }) => [code, about])).toEqual([['emulated', feature]]);
  });

  it.each([
    ['a tool message', { messages: [user('Hi'), { role: 'tool', content: 'r', toolCallId: '1' }] }],
    [
      'a call of an earlier turn',
      { messages: [{ role: 'assistant', content: '', toolCalls: [{ id: '1', name: 'f', arguments: '' }] }] },
    ],
  ] as const)('%s needs tools', (_what, request) => {
    expect(() => negotiate(request as ChatRequest, { ...all, tools: 'none' }, 'p')).toThrow(
      'p cannot do tools',
    );
  });

  it('an empty list of tools, text as format and no stop sequences need nothing', () => {
    const request: ChatRequest = { ...plain, tools: [], responseFormat: { type: 'text' }, stop: [] };
    expect(negotiate(request, none, 'p')).toEqual({ warnings: [], localStops: [] });
  });

  it('a field that does not reach the wire is named in a warning, also when it is 0', () => {
    const request: ChatRequest = { ...plain, temperature: 0, topP: 0.5, seed: 0, metadata: {}, user: '' };
    const { warnings } = negotiate(request, { ...none, parameters: ['topP'] }, 'p');
    expect(warnings).toEqual(
      ['temperature', 'user', 'metadata', 'seed'].map((feature) => ({
        type: 'warning',
        code: 'unsupported-parameter',
        feature,
        message: `p has no ${feature}: it has no effect`,
      })),
    );
  });

  it('stop sequences are left to this side only where they are emulated', () => {
    const request: ChatRequest = { ...plain, stop: ['a', 'b'] };
    expect(negotiate(request, { ...all, stop: 'emulated' }, 'p').localStops).toEqual(['a', 'b']);
    expect(negotiate({ ...plain, stop: 'a' }, { ...all, stop: 'emulated' }, 'p').localStops).toEqual(['a']);
    expect(negotiate(request, all, 'p').localStops).toEqual([]);
  });

  it('a conversation that is too long is refused, to the character', () => {
    const messages = [user('abc'), { role: 'assistant', content: [{ type: 'text', text: 'de' }] }] as const;
    expect(() => negotiate({ messages }, { ...all, maxInputChars: 5 }, 'p')).not.toThrow();
    expect(() => negotiate({ messages }, { ...all, maxInputChars: 4 }, 'p')).toThrow(
      expect.objectContaining({
        code: 'context-length',
        message: 'the messages have 5 characters, p takes 4',
      }),
    );
  });
});

it('a capability that an older provider has never heard of counts as none', () => {
  const { tools: _, ...older } = all;
  const request = { messages: [], ...asking.tools };
  expect(() => negotiate(request, older as Capabilities, 'p')).toThrow(/tools/);
});
