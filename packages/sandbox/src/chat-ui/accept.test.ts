import { expect, it } from 'vitest';
import { wantsPage } from './accept.ts';

it.each([
  [undefined, false],
  ['*/*', false],
  ['application/json', false],
  ['text/event-stream', false],
  ['text/html', true],
  ['text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['*/*, text/html;q=0.5', false],
  ['application/json, text/html;q=0.1', true],
])('a request that accepts %s is for a page: %s', (accept, page) => {
  expect(wantsPage(accept)).toBe(page);
});
