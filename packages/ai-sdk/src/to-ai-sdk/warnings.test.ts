import { expect, test } from 'vitest';
import { warningOf } from './warnings.ts';

test.each([
  ['emulated', 'stop', { type: 'compatibility', feature: 'stopSequences', details: 'hm' }],
  ['unsupported-parameter', 'seed', { type: 'unsupported', feature: 'seed', details: 'hm' }],
  ['unsupported-parameter', undefined, { type: 'other', message: 'hm' }],
  ['resumed', 'stop', { type: 'other', message: 'hm' }],
  ['a-code-of-a-newer-contract', 'stop', { type: 'other', message: 'hm' }],
])('a warning %s about %s is one that the AI SDK knows', (code, feature, shown) => {
  const event = { type: 'warning', code, message: 'hm', ...(feature === undefined ? {} : { feature }) };
  expect(warningOf(event as never)).toEqual(shown);
});
