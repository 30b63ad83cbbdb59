import type { ChatRequest } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import {
  checkParameters,
  defaultParameters,
  parametersOf,
  samplingFieldsOf,
  stopSequences,
} from './parameters.ts';

const messages = [{ role: 'user', content: 'Hi' }] as const;
const sent = (request: Partial<ChatRequest>): unknown =>
  JSON.parse(JSON.stringify(parametersOf({ messages, ...request }, {}, {})));

describe('generation parameters', () => {
  it('are those of the original clients where nothing is asked', () => {
    expect(JSON.stringify(parametersOf({ messages }, {}, {}))).toBe(
      '{"temperature":0.4,"truncate":2048,"max_new_tokens":1024,"do_sample":true,"repetition_penalty":1.2,"return_full_text":false}',
    );
  });

  it('come from the request, under the names of the wire', () => {
    const request = { temperature: 0.9, topP: 0.95, topK: 40, maxOutputTokens: 64, seed: 7, stop: 'User:' };
    expect(sent(request)).toEqual({
      ...defaultParameters,
      temperature: 0.9,
      top_p: 0.95,
      top_k: 40,
      max_new_tokens: 64,
      seed: 7,
      stop: ['User:'],
    });
    expect(samplingFieldsOf({ messages, ...request }, 'h2o')).toEqual([
      'temperature',
      'topP',
      'topK',
      'maxOutputTokens',
      'seed',
    ]);
  });

  it('that mean "without" are left out, since the model server refuses them', () => {
    const { temperature: _, ...others } = defaultParameters;
    expect(sent({ temperature: 0, topP: 1, topK: 0 })).toEqual({ ...others, do_sample: false });
  });

  it('of the call win over those of the provider, and its own over all', () => {
    const request = { messages, temperature: 0.5, maxOutputTokens: 10 };
    const { temperature, max_new_tokens, truncate } = parametersOf(
      request,
      { temperature: 0.1, truncate: 99 },
      { max_new_tokens: 20 },
    );
    expect({ temperature, max_new_tokens, truncate }).toEqual({
      temperature: 0.5,
      max_new_tokens: 20,
      truncate: 99,
    });
  });

  it('take four stop sequences at most; all of them are applied on this side', () => {
    expect(sent({ stop: ['a', 'b', 'c', 'd', 'e'] })).toMatchObject({ stop: ['a', 'b', 'c', 'd'] });
  });

  it('stop where the request says, in either of its ways, else where the provider does', () => {
    const request = { messages, stop: 'a' };
    const configured = { stop: ['c'] };
    expect(stopSequences(request, configured, { stop: ['b', 'a'] })).toEqual(['a', 'b']);
    expect(parametersOf(request, configured, { stop: ['b'] }).stop).toEqual(['a', 'b']);
    expect(stopSequences({ messages }, configured, {})).toEqual(['c']);
    expect(parametersOf({ messages }, configured, {}).stop).toEqual(['c']);
  });

  it.each([
    [
      { max_new_token: 1 },
      'providerOptions.h2o.max_new_token is not a parameter of this wire; did you mean max_new_tokens?',
    ],
    [{ api_key: 'sk-secret' }, 'providerOptions.h2o.api_key is not a parameter'],
    [{ stream: true }, 'providerOptions.h2o.stream is not a parameter'],
    [{ temperature: '1' }, 'providerOptions.h2o.temperature must be a number, got string'],
    [{ stop: 'User:' }, 'providerOptions.h2o.stop must be an array of non-empty strings, got string'],
    [{ stop: [''] }, 'providerOptions.h2o.stop must be an array of non-empty strings, got an array'],
    [{ seed: 1.5 }, 'providerOptions.h2o.seed must be a whole number, got number'],
    [{ do_sample: null }, 'providerOptions.h2o.do_sample must be true or false, got null'],
  ])('that are none are refused: %j', (own, message) => {
    const check = (): void => checkParameters(own, 'providerOptions.h2o');
    expect(check).toThrow(message);
    expect(check).not.toThrow('sk-secret');
  });
});
