import { ChatError, type Message } from '@sluice/core';
import { expect, test } from 'vitest';
import { encodeMessages } from './encode-messages.ts';

const style = { provider: 'local', developerRole: 'system' } as const;

function encode(message: Message): unknown {
  return encodeMessages([message], style)[0];
}

test('a message of text goes as it is, with no field that it does not have', () => {
  expect(encode({ role: 'user', content: 'Hi' })).toEqual({ role: 'user', content: 'Hi' });
  expect(encode({ role: 'user', content: '', name: 'ann' })).toEqual({
    role: 'user',
    content: '',
    name: 'ann',
  });
});

test('developer messages are system messages unless the server knows the role', () => {
  const messages: Message[] = [{ role: 'developer', content: 'Be brief' }];
  expect(encodeMessages(messages, style)).toEqual([{ role: 'system', content: 'Be brief' }]);
  expect(encodeMessages(messages, { ...style, developerRole: 'developer' })).toEqual([
    { role: 'developer', content: 'Be brief' },
  ]);
});

test('an image goes by its address, or as a data: URL', () => {
  const content = [
    { type: 'text', text: 'What is this? ' },
    { type: 'image', url: 'https://pictures.example/cat.png', detail: 'low' },
    { type: 'image', data: 'AAAA', mediaType: 'image/png' },
  ] as const;
  expect(encode({ role: 'user', content })).toEqual({
    role: 'user',
    content: [
      { type: 'text', text: 'What is this? ' },
      { type: 'image_url', image_url: { url: 'https://pictures.example/cat.png', detail: 'low' } },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ],
  });
});

test.each([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/ogg; codecs=opus', 'ogg'],
  ['audio/flac', 'flac'],
])('sound of type %s goes as format %s', (mediaType, format) => {
  expect(encode({ role: 'user', content: [{ type: 'audio', data: 'AAAA', mediaType }] })).toEqual({
    role: 'user',
    content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format } }],
  });
});

test('a file goes as a data: URL with a name', () => {
  const content = [
    { type: 'file', data: 'AAAA', mediaType: 'application/pdf', filename: 'report.pdf' },
    { type: 'file', url: 'data:text/plain;base64,QQ==', mediaType: 'text/plain' },
  ] as const;
  expect(encode({ role: 'user', content })).toEqual({
    role: 'user',
    content: [
      { type: 'file', file: { filename: 'report.pdf', file_data: 'data:application/pdf;base64,AAAA' } },
      { type: 'file', file: { filename: 'file-2.txt', file_data: 'data:text/plain;base64,QQ==' } },
    ],
  });
});

test('a file by its address is refused with where it stands: the wire has no form for it', () => {
  const content = [
    { type: 'file', url: 'https://files.example/a.pdf', mediaType: 'application/pdf' },
  ] as const;
  const failure = (() => {
    try {
      return encodeMessages(
        [
          { role: 'user', content: 'x' },
          { role: 'user', content },
        ],
        style,
      );
    } catch (error) {
      return error;
    }
  })();
  expect(ChatError.is(failure) && failure.code).toBe('unsupported');
  expect(String(failure)).toContain('messages[1].content[0]');
});

test('tool calls and the answers to them keep their ids', () => {
  const messages: Message[] = [
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'a', name: 'weather', arguments: '{"city":"Bern"}' }],
    },
    { role: 'tool', content: 'sunny', toolCallId: 'a' },
  ];
  expect(encodeMessages(messages, style)).toEqual([
    {
      role: 'assistant',
      content: '',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'weather', arguments: '{"city":"Bern"}' } },
      ],
    },
    { role: 'tool', content: 'sunny', tool_call_id: 'a' },
  ]);
});
