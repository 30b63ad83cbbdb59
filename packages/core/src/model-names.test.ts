import { describe, expect, it } from 'vitest';
import { ChatError } from './chat-error.ts';
import { type ModelNames, resolveModelName } from './model-names.ts';

const closed: ModelNames = {
  defaultModel: 'gpt-3.5-turbo',
  models: ['gpt-3.5-turbo', 'gpt-4-turbo', 'google-gemini', 'Mixtral-8x7B'],
  aliases: { gemini: 'google-gemini' },
  open: false,
};

function failureOf(requested: string | undefined, names: ModelNames): ChatError {
  try {
    resolveModelName(requested, names, 'p');
  } catch (error) {
    if (ChatError.is(error)) return error;
    throw error;
  }
  throw new Error('expected a failure');
}

describe('a model name', () => {
  it.each([
    [undefined, 'gpt-3.5-turbo'],
    ['', 'gpt-3.5-turbo'],
    ['gpt-4-turbo', 'gpt-4-turbo'],
    ['gemini', 'google-gemini'],
  ])('%s means %s', (requested, model) => {
    expect(resolveModelName(requested, closed, 'p')).toBe(model);
  });

  it.each([
    ['mixtral-8x7b', 'p has no model "mixtral-8x7b"; did you mean Mixtral-8x7B?'],
    ['gpt-4', 'p has no model "gpt-4"; did you mean gpt-4-turbo?'],
    ['gemin', 'p has no model "gemin"; did you mean gemini?'],
    [
      'llama',
      'p has no model "llama"; it has gpt-3.5-turbo, gpt-4-turbo, google-gemini, Mixtral-8x7B, gemini',
    ],
    [
      'constructor',
      'p has no model "constructor"; it has gpt-3.5-turbo, gpt-4-turbo, google-gemini, Mixtral-8x7B, gemini',
    ],
  ])('%s is model-not-found', (requested, message) => {
    expect(failureOf(requested, closed)).toMatchObject({
      code: 'model-not-found',
      message,
      provider: 'p',
      model: requested,
      sent: 'no',
    });
  });

  it('that is unknown goes to the upstream where the list is open, aliases resolved', () => {
    const open: ModelNames = { ...closed, open: true };
    expect(resolveModelName('llama', open, 'p')).toBe('llama');
    expect(resolveModelName('gemini', open, 'p')).toBe('google-gemini');
  });

  it('must be there where the provider has no default', () => {
    expect(failureOf(undefined, { open: true })).toMatchObject({
      code: 'invalid-request',
      message: 'model is missing: p has no default model',
    });
  });

  it('makes no endless message, however long it and the list are', () => {
    const models = Array.from({ length: 500 }, (_, index) => `model-number-${index}`);
    const error = failureOf('x'.repeat(100_000), { models, open: false });
    expect(error.message.length).toBeLessThan(700);
    expect(error.message).toMatch(/model-number-19 and 480 more$/);
    expect(error.model?.length).toBeLessThan(200);
  });
});
