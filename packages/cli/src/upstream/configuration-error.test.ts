import { ConfigError, type LoadedConfig } from '@sluice/registry/config';
import { describe, expect, it } from 'vitest';
import { configurationError } from './configuration-error.ts';

/** A configuration that tells for every path which one was asked for. */
function loadedWith(asked: (readonly PropertyKey[])[] = []): LoadedConfig {
  return {
    file: '/app/sluice.config.json',
    directory: '/app',
    config: { providers: { h2o: {} }, routes: { 'a "b"': ['h2o'] } },
    lineOf(path) {
      asked.push(path);
      return 7;
    },
  };
}

describe('what is wrong with a configuration', () => {
  it('gets its line by the path at the beginning of the registry’s message', () => {
    const asked: (readonly PropertyKey[])[] = [];
    const message = 'routes["a \\"b\\""].targets[1]: no provider or model is named "x"';
    const error = configurationError(new TypeError(message), loadedWith(asked));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toBe(`/app/sluice.config.json: line 7: ${message}`);
    expect(asked).toEqual([['routes', 'a "b"', 'targets', 1]]);
  });

  it('keeps the line and the file that it has', () => {
    const known = new ConfigError([{ path: ['seed'], message: 'wrong', line: 3 }], '/app/other.json');
    expect((configurationError(known, loadedWith()) as Error).message).toBe(
      '/app/other.json: line 3, seed: wrong',
    );
  });

  it('is not what a program did wrong', () => {
    const bug = new TypeError('Cannot read properties of undefined');
    expect(configurationError(bug, loadedWith())).toBe(bug);
    const failure = new Error('routes are closed');
    expect(configurationError(failure, loadedWith())).toBe(failure);
  });
});
