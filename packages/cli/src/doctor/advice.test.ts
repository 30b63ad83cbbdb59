import { ChatError, errorPolicies } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { type Ailment, adviceFor } from './advice.ts';

const ailment = (error: ChatError, more: Partial<Ailment> = {}): Ailment => ({
  error,
  where: 'providers.local',
  keys: [],
  takesKey: true,
  ...more,
});
const network = (message: string): string => adviceFor(ailment(new ChatError('network', message)));

describe('what to do about a target that does not work', () => {
  it.each(Object.keys(errorPolicies) as readonly ChatError['code'][])('is told of %s in one line', (code) => {
    expect(adviceFor(ailment(new ChatError(code, 'it failed')))).toMatch(/^\S.{10,}[^.]$/);
  });

  it.each([
    [
      'no answer from 127.0.0.1:11434: the connection was refused (ECONNREFUSED)',
      'start Ollama (ollama serve), or mend',
    ],
    [
      'no answer from 10.0.0.5:9: the connection was refused (ECONNREFUSED)',
      'start the server, or mend providers.local',
    ],
    ['no answer from x.test:443: the name does not exist (ENOTFOUND)', 'check the host name'],
    ['no answer from x.test:443: no secure connection (TLS)', 'NODE_EXTRA_CA_CERTS'],
    [
      'the proxy proxy.test:3128 refused the connection',
      'check the proxy: providers.local.options.proxy, else HTTP_PROXY',
    ],
    ['no answer from x.test:443: the connection was reset', 'check providers.local.options.baseURL'],
  ])('depends on how the connection failed: %s', (message, advice) => {
    expect(network(message)).toContain(advice);
  });

  it('depends on the key', () => {
    const error = new ChatError('auth', 'answered 401');
    expect(adviceFor(ailment(error))).toContain('name that in providers.local.apiKeyEnv');
    expect(adviceFor(ailment(error, { keys: ['A_KEY'] }))).toBe(
      'check the key in A_KEY: the server refuses it',
    );
    expect(adviceFor(ailment(error, { takesKey: false }))).toContain('providers.local.options');
  });

  it('depends on the models that there are', () => {
    const error = new ChatError('model-not-found', 'no such model');
    const models = ['llama3:8b', 'qwen2.5', 'phi', 'gemma', 'mistral'];
    expect(adviceFor(ailment(error, { model: 'lama3:8b', models }))).toContain('did you mean llama3:8b?');
    expect(adviceFor(ailment(error, { model: 'zzzzzzz', models }))).toBe(
      'name one that it has: llama3:8b, qwen2.5, phi or one of 2 more',
    );
    expect(adviceFor(ailment(error))).toContain('load or pull a model');
  });
});
