import type { Message } from '@sluice/core';
import { expect, test } from 'vitest';
import { promptOf } from './prompt.ts';

const convert = (...messages: Message[]) => promptOf(messages, {});

test('a conversation with tools becomes a prompt; instructions have one role there', () => {
  const { prompt, warnings } = convert(
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    { role: 'user', content: 'Weather?' },
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' }],
    },
    { role: 'tool', toolCallId: 'c1', content: 'clear' },
    { role: 'assistant', content: 'Clear.', toolCalls: [{ id: 'c2', name: 'note', arguments: 'not JSON' }] },
    { role: 'tool', toolCallId: 'c2', content: [{ type: 'text', text: 'noted' }] },
  );
  expect(warnings).toEqual([]);
  expect(prompt).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'system', content: 'Be kind.' },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: { city: 'Oslo' } }],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c1',
          toolName: 'weather',
          output: { type: 'text', value: 'clear' },
        },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'Clear.' },
        { type: 'tool-call', toolCallId: 'c2', toolName: 'note', input: 'not JSON' },
      ],
    },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c2',
          toolName: 'note',
          output: { type: 'content', value: [{ type: 'text', text: 'noted' }] },
        },
      ],
    },
  ]);
});

test('a result of a call that nobody made needs the name of its tool', () => {
  const orphan: Message = { role: 'tool', toolCallId: 'c9', content: 'clear' };
  expect(() => convert(orphan)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  expect(convert({ ...orphan, name: 'weather' }).prompt[0]).toMatchObject({
    content: [{ toolName: 'weather' }],
  });
});

test('names of speakers are not sent, and that is told', () => {
  const { prompt, warnings } = convert({ role: 'user', name: 'ada', content: 'Hello' });
  expect(prompt).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }]);
  expect(warnings).toMatchObject([{ code: 'ignored-content', feature: 'name' }]);
});

test('an address is handed on where the model says that its upstream fetches it, else refused', () => {
  const url = 'https://Example.com/A.png';
  const messages: Message[] = [{ role: 'user', content: [{ type: 'image', url }] }];
  const taken = { type: 'file', mediaType: 'image', data: { type: 'url', url: new URL(url) } };
  for (const urls of [{ 'image/*': [/^https:\/\/example/g] }, { '*/*': [/./] }]) {
    for (const _ of [1, 2]) expect(promptOf(messages, urls).prompt[0]?.content).toEqual([taken]);
  }
  for (const urls of [{}, { 'image/*': [/^http:/] }, { 'audio/*': [/./] }]) {
    expect(() => promptOf(messages, urls)).toThrow(expect.objectContaining({ code: 'unsupported' }));
  }
  const broken: Message[] = [{ role: 'user', content: [{ type: 'image', url: 'not an address' }] }];
  expect(() => promptOf(broken, {})).toThrow(expect.objectContaining({ code: 'invalid-request' }));
});
