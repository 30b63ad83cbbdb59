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
