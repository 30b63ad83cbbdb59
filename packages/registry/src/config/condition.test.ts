import type { ChatRequest } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { type ConditionConfig, conditionOf } from './condition.ts';

const ask = (more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'What is this?' }] },
  ],
  ...more,
});

const withPart = (type: 'image' | 'audio' | 'file'): ChatRequest => {
  const part = { type, data: 'AA==', mediaType: 'x/y' };
  return ask({ messages: [{ role: 'user', content: [part] }] });
};

describe('a condition of a file', () => {
  it.each<[string, ConditionConfig, ChatRequest, true | string]>([
    ['nothing takes everything', {}, ask({ tools: [{ name: 'f' }] }), true],
    ['as much text as allowed', { maxInputChars: 22, minInputChars: 22 }, ask(), true],
    ['too much text', { maxInputChars: 21 }, ask(), 'takes requests of up to 21 characters, this has 22'],
    [
      'too little text',
      { minInputChars: 23 },
      ask(),
      'takes requests of 23 characters and more, this has 22',
    ],
    ['tools', { hasTools: true }, ask({ tools: [{ name: 'f' }] }), true],
    ['no tools', { hasTools: true }, ask({ tools: [] }), 'takes only requests with tools'],
    [
      'unwanted tools',
      { hasTools: false },
      ask({ tools: [{ name: 'f' }] }),
      'takes only requests without tools',
    ],
    ['an image', { hasImages: true }, withPart('image'), true],
    ['no image', { hasImages: true }, withPart('file'), 'takes only requests with images'],
    ['an unwanted image', { hasImages: false }, withPart('image'), 'takes only requests without images'],
    ['sound', { hasAudio: true }, withPart('audio'), true],
    ['a file', { hasFiles: true, hasAudio: false }, withPart('file'), true],
    ['JSON', { wantsJson: true }, ask({ responseFormat: { type: 'json' } }), true],
    [
      'no JSON',
      { wantsJson: true },
      ask({ responseFormat: { type: 'text' } }),
      'takes only requests for JSON answers',
    ],
    ['the user', { user: 'ada' }, ask({ user: 'ada' }), true],
    ['one of the users', { user: ['bob', 'ada'] }, ask({ user: 'ada' }), true],
    ['another user', { user: ['bob'] }, ask({ user: 'ada' }), 'takes only requests of certain users'],
    ['nobody', { user: 'ada' }, ask(), 'takes only requests of certain users'],
    [
      'metadata',
      { metadata: { tier: ['free', 'trial'], zone: 'eu' } },
      ask({ metadata: { tier: 'trial', zone: 'eu' } }),
      true,
    ],
    [
      'other metadata',
      { metadata: { tier: 'free' } },
      ask({ metadata: { tier: 'gold' } }),
      'takes only requests with certain values of metadata.tier',
    ],
    [
      'a field that every object has',
      { metadata: { constructor: 'x' } },
      ask(),
      'takes only requests with certain values of metadata.constructor',
    ],
    [
      'two conditions, one of which fails',
      { hasTools: false, maxInputChars: 1 },
      ask(),
      expect.stringContaining('up to 1 '),
    ],
  ])('%s', (_what, condition, request, expected) => {
    expect(conditionOf(condition)(request)).toEqual(expected);
  });
});
