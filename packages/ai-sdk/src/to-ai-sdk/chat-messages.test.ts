import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { validateRequest } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { messagesOf } from './chat-messages.ts';

const user = (part: object): LanguageModelV4Prompt => [{ role: 'user', content: [part as never] }];

function partOf(part: object): unknown {
  const { messages } = messagesOf(user({ type: 'file', ...part }), 'sluice');
  validateRequest({ messages });
  const [message] = messages;
  return typeof message?.content === 'string' ? message.content : message?.content[0];
}

describe('a prompt of the AI SDK', () => {
  it('becomes messages, text alone as strings', () => {
    const { messages, warnings } = messagesOf(
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
        {
          role: 'assistant',
          content: [
            { type: 'text', text: 'Let me see.' },
            { type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: { city: 'Oslo' } },
          ],
        },
        {
          role: 'tool',
          content: [
            {
              type: 'tool-result',
              toolCallId: 'c1',
              toolName: 'weather',
              output: { type: 'json', value: { sky: 'clear' } },
            },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And' },
            { type: 'text', text: 'then?' },
          ],
        },
      ],
      'sluice',
    );
    validateRequest({ messages });
    expect(messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: 'Let me see.',
        toolCalls: [{ id: 'c1', name: 'weather', arguments: '{"city":"Oslo"}' }],
      },
      { role: 'tool', toolCallId: 'c1', content: '{"sky":"clear"}' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'And' },
          { type: 'text', text: 'then?' },
        ],
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([
    [{ type: 'text', value: 'clear' }, 'clear'],
    [{ type: 'error-text', value: 'no such city' }, 'no such city'],
    [{ type: 'error-json', value: { code: 7 } }, '{"code":7}'],
    [{ type: 'execution-denied', reason: 'not now' }, 'not now'],
    [{ type: 'execution-denied' }, 'The user did not allow this call.'],
    [{ type: 'content', value: [{ type: 'text', text: 'clear' }] }, 'clear'],
    [
      {
        type: 'content',
        value: [
          { type: 'text', text: 'a map' },
          { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'aGk=' } },
        ],
      },
      [
        { type: 'text', text: 'a map' },
        { type: 'image', data: 'aGk=', mediaType: 'image/png' },
      ],
    ],
  ])('a result of a tool, %j, is said as %j', (output, content) => {
    const { messages } = messagesOf(
      [
        {
          role: 'tool',
          content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 't', output: output as never }],
        },
      ],
      'sluice',
    );
    expect(messages).toEqual([{ role: 'tool', toolCallId: 'c1', content }]);
  });

  it('what no message can hold is left out with one warning a kind', () => {
    const { messages, warnings } = messagesOf(
      [
        {
          role: 'assistant',
          content: [
            { type: 'reasoning', text: 'hm' },
            { type: 'reasoning', text: 'hm' },
            { type: 'tool-call', toolCallId: 'p1', toolName: 'search', input: {}, providerExecuted: true },
            { type: 'custom', kind: 'other.thing' },
            { type: 'text', text: 'So.' },
          ],
        },
        { role: 'tool', content: [{ type: 'tool-approval-response', approvalId: 'a1', approved: true }] },
      ],
      'sluice',
    );
    expect(messages).toEqual([{ role: 'assistant', content: 'So.' }]);
    expect(warnings.map((warning) => 'feature' in warning && warning.feature)).toEqual([
      'reasoning parts',
      'tool-call parts',
      'custom parts',
      'tool-approval-response parts',
    ]);
  });
});

describe('a file of a prompt', () => {
  const bytes = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));
  const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

  it.each([
    ['image', '\x89PNG\r\n\x1a\n rest', 'image', 'image/png'],
    ['image/*', '\xff\xd8\xff rest', 'image', 'image/jpeg'],
    ['image', 'RIFF\x01\x02\x03\x04WEBP', 'image', 'image/webp'],
    ['audio', 'RIFF\x01\x02\x03\x04WAVE', 'audio', 'audio/wav'],
    ['audio/mpeg', 'anything', 'audio', 'audio/mpeg'],
    ['application', '%PDF-1.7', 'file', 'application/pdf'],
  ])('of type %s that begins with %j is %s of %s', (mediaType, text, type, full) => {
    const expected = { type, mediaType: full, data: base64(text) };
    expect(partOf({ mediaType, data: { type: 'data', data: bytes(text) } })).toEqual(expected);
    expect(partOf({ mediaType, data: { type: 'data', data: base64(text) } })).toEqual(expected);
  });

  it('keeps its name, and an image the detail that was asked for', () => {
    const data = { type: 'data', data: 'aGk=' };
    expect(partOf({ mediaType: 'application/pdf', filename: 'a.pdf', data })).toMatchObject({
      type: 'file',
      filename: 'a.pdf',
    });
    const providerOptions = { sluice: { imageDetail: 'low' } };
    expect(partOf({ mediaType: 'image/png', data, providerOptions })).toMatchObject({ detail: 'low' });
  });

  it('by address stays one, exactly as it was written', () => {
    const url = { type: 'url', url: new URL('https://example.com/a.png') };
    expect(partOf({ mediaType: 'image/*', data: url })).toEqual({
      type: 'image',
      url: 'https://example.com/a.png',
    });
    const odd = { ...url, originalUrl: 'gs://bucket/a b' };
    expect(partOf({ mediaType: 'application/pdf', data: odd })).toMatchObject({ url: 'gs://bucket/a b' });
  });

  it('that is text goes as a text file', () => {
    expect(partOf({ mediaType: 'text', data: { type: 'text', text: 'né' } })).toEqual({
      type: 'file',
      mediaType: 'text/plain',
      data: Buffer.from('né').toString('base64'),
    });
  });

  it.each([
    [{ mediaType: 'image', data: { type: 'data', data: 'aGk=' } }, /name the whole type/],
    [{ mediaType: 'image/png', data: { type: 'reference', reference: { openai: 'f1' } } }, /reference/],
    [{ mediaType: 'audio/wav', data: { type: 'url', url: new URL('https://a.test/b') } }, /audio by URL/],
  ])('that no request can carry, %j, is refused with what to do', (part, message) => {
    expect(() => partOf(part)).toThrow(message);
  });
});
