import { expect, test } from 'vitest';
import { hostName, isLoopback } from './loopback.ts';

test.each(['localhost', 'api.localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', '::ffff:127.0.0.1'])(
  '%s is this machine alone',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  '',
  '::ffff:10.0.0.1',
])('%s is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});

test('a Host header gives its name without the port', () => {
  expect(['a.example:80', '[::1]:7300', 'LOCALHOST', '127.0.0.1:1', 'a:b:c'].map(hostName)).toEqual([
    'a.example',
    '[::1]',
    'localhost',
    '127.0.0.1',
    '',
  ]);
});
