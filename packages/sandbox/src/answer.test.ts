import { describe, expect, it } from 'vitest';
import { composeAnswer, tokenize } from './answer.ts';

const INPUT = { service: 'openai', model: 'sandbox', prompt: 'How deep is the water?' };

describe('the answer', () => {
  it('says who speaks, and quotes the prompt', () => {
    const text = composeAnswer(INPUT).join('');
    expect(text).toContain('Sluice sandbox, not a language model');
    expect(text).toContain('openai (sandbox)');
    expect(text).toContain('5 words, beginning "How deep is the water?"');
  });

  it('depends on the prompt, the model and the seed, and on nothing else', () => {
    const text = composeAnswer(INPUT).join('');
    expect(composeAnswer({ ...INPUT }).join('')).toBe(text);
    const others = [{ prompt: 'How deep is the lake?' }, { model: 'other' }, { seed: 1 }].map((change) =>
      composeAnswer({ ...INPUT, ...change }).join(''),
    );
    expect(new Set([text, ...others]).size).toBe(4);
  });

  it.each([0, 1, 7, 500])('has %i tokens when so many were asked for', (tokens) => {
    expect(composeAnswer({ ...INPUT, tokens })).toHaveLength(tokens);
  });

  it('has emoji when they are asked for', () => {
    expect(composeAnswer(INPUT).join('')).not.toContain('🦙');
    expect(composeAnswer({ ...INPUT, prompt: 'With an emoji' }).join('')).toContain('🦙');
    expect(composeAnswer({ ...INPUT, unicode: true }).join('')).toContain('👩‍💻');
  });
});

describe('tokens', () => {
  it.each(['', 'a', ' leading and trailing ', 'Line\n\nbreaks\t!', '👩‍💻 日本語 naïve½', 'x'.repeat(50)])(
    'of %j make up the text again',
    (text) => {
      expect(tokenize(text).join('')).toBe(text);
    },
  );
});
