import { ConfigError } from '@sluice/registry/config';
import { expect, test } from 'vitest';
import { checkServerSettings } from './check-server-settings.ts';
import { needRestart, settled } from './server-settings.ts';

test('every mistake is named with its path', () => {
  const wrong = {
    port: 70_000,
    bodyLimitBytes: '1MB',
    metrics: 'everybody',
    keys: [
      { name: 'two words', env: 'A' },
      { name: 'a', sha256: 'the key itself' },
    ],
    cors: { origins: [] },
  };
  const error = (() => {
    try {
      return checkServerSettings(wrong);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ConfigError);
  const message = String((error as ConfigError).message);
  for (const path of [
    'server.port',
    'server.bodyLimitBytes',
    'server.metrics',
    'server.keys[0].name',
    'server.keys[1].sha256',
    'server.cors.origins',
  ])
    expect(message).toContain(path);
  expect(message).not.toContain('the key itself');
});

test('defaults are filled in, and metrics are closed as soon as there are keys', () => {
  expect(settled({})).toMatchObject({ host: '127.0.0.1', metrics: 'open', slowReaderMs: 120_000 });
  const withKeys = settled({ keys: [{ name: 'a', env: 'A' }], slowReaderMs: 0 });
  expect(withKeys).toMatchObject({ metrics: 'key', slowReaderMs: Number.POSITIVE_INFINITY });
  expect(settled({ metrics: 'open', keys: [{ name: 'a', env: 'A' }] }).metrics).toBe('open');
});

test('settings that need a restart are told, the others are not', () => {
  const before = settled({ host: '127.0.0.1', drainMs: 1 });
  expect(needRestart(before, settled({ host: 'localhost', drainMs: 2, bodyLimitBytes: 2048 }))).toEqual([
    'host',
    'bodyLimitBytes',
  ]);
});
