import { describe, expect, it } from 'vitest';
import { answerTokens, faultOf, promptOf, questionIn } from './answer-text.ts';
import { runSoak } from './run-soak.ts';

const question = { number: 'n1', words: 3 };
const right = answerTokens('vllm', question).join('');

describe('an answer', () => {
  it('is known by its question, whatever stands around it', () => {
    expect(questionIn(`user: ${promptOf(question)}\nassistant:`)).toEqual(question);
  });

  it.each<[string, string, boolean, RegExp | undefined]>([
    ['the right one', right, true, undefined],
    ['its beginning, where it is not claimed to be whole', right.slice(0, 20), false, undefined],
    [
      'its beginning, claimed to be whole',
      right.slice(0, 20),
      true,
      /^whole answer of vllm to n1 differs at 20/,
    ],
    ['that of another target', right.replace('vllm', 'ylokh'), true, /differs at 0/],
    ['that to another question', right.replace('n1', 'n2'), true, /differs/],
    ['with a word of another one', right.replace('2 ', '2 2 '), false, /^partial answer/],
  ])('%s', (_what, text, isWhole, expected) => {
    const fault = faultOf(text, 'vllm', question, isWhole);
    if (expected) expect(fault).toMatch(expected);
    else expect(fault).toBeUndefined();
  });
});

it('some seconds over flapping targets: no wrong answer, honest failures, and nothing left', async () => {
  const { problems, endings, upstream } = await runSoak({ seconds: 5, seed: 20_261_121, concurrency: 8 });
  expect(problems).toEqual([]);
  expect(endings.get('stream: answered')).toBeGreaterThan(0);
  expect(endings.get('whole: answered')).toBeGreaterThan(0);
  expect(upstream.struck).toBeGreaterThan(0);
}, 120_000);
