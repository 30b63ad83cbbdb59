import { expect, test } from 'vitest';
import { endpoint } from './endpoint.ts';

test.each([
  ['http://localhost:8000/v1', 'http://localhost:8000/v1/chat/completions'],
  ['http://localhost:8000/v1/', 'http://localhost:8000/v1/chat/completions'],
  ['https://api.example/openai//', 'https://api.example/openai/chat/completions'],
  ['https://api.example', 'https://api.example/chat/completions'],
  ['https://api.example/v1?api-version=2#part', 'https://api.example/v1/chat/completions?api-version=2'],
])('%s leads to %s', (baseURL, expected) => {
  expect(endpoint(baseURL, '/chat/completions', 'local')).toBe(expected);
});

test.each([
  ['localhost:8000', 'must be an http:// or https:// address'],
  ['', 'must be an http:// or https:// address'],
  ['file:///etc/passwd', 'must be an http:// or https:// address'],
  ['https://user:secret@api.example/v1', 'must not hold a password; use apiKey or headers'],
  ['https://api.example/v1/chat/completions/', 'must end before /chat/completions'],
])('%j is refused, and the error says what is wrong without repeating it', (baseURL, reason) => {
  const attempt = () => endpoint(baseURL, '/models', 'local');
  expect(attempt).toThrow(`baseURL of local ${reason}`);
  expect(attempt).not.toThrow('secret');
});
