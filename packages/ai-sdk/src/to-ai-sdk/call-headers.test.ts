import { expect, test } from 'vitest';
import { callHeaders } from './call-headers.ts';

test('later headers win, whatever the case of their names', () => {
  expect(callHeaders({ 'X-A': '1', 'x-b': '2' }, { 'x-a': '3', 'x-c': undefined })).toEqual({
    'x-a': '3',
    'x-b': '2',
  });
});

test('the name of the AI SDK alone is not sent, a user-agent of the user is', () => {
  expect(callHeaders({ 'user-agent': 'ai/7.0.0' })).toBeUndefined();
  expect(callHeaders({ 'user-agent': 'mine/1 ai/7.0.0' })).toEqual({ 'user-agent': 'mine/1 ai/7.0.0' });
  expect(callHeaders(undefined, {})).toBeUndefined();
});
