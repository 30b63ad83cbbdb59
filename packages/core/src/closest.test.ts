import { describe, expect, it } from 'vitest';
import { closest } from './closest.ts';

const known = ['temperature', 'topP', 'topK', 'messages', 'Mixtral-8x7B', 'gpt-4-turbo'];

describe('closest', () => {
  it.each([
    ['temprature', 'temperature'],
    ['TEMPERATURE', 'temperature'],
    ['mixtral-8x7b', 'Mixtral-8x7B'],
    ['topp', 'topP'],
    ['topX', 'topP'],
    ['message', 'messages'],
    ['gpt-4', 'gpt-4-turbo'],
    ['tpoP', 'topP'],
    ['potP', undefined],
    ['llama', undefined],
    ['', undefined],
    ['gp', undefined],
  ])('%j → %j', (name, near) => {
    expect(closest(name, known)).toBe(near);
  });

  it('takes no longer for a name of megabytes', () => {
    for (let times = 0; times < 8; times += 1)
      expect(closest('k'.repeat(2 ** 23), ['model'])).toBeUndefined();
  });

  it('knows nothing where nothing is known', () => {
    expect(closest('model', [])).toBeUndefined();
  });
});
