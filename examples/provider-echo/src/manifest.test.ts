import { readFile } from 'node:fs/promises';
import { checkManifest } from '@sluice/core';
import { expect, test } from 'vitest';
import { createEcho } from './index.ts';
import { manifest } from './manifest.ts';

test('the manifest is right, and package.json holds the same', async () => {
  const { sluice } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    sluice: unknown;
  };
  expect(checkManifest(sluice)).toEqual([]);
  expect(sluice).toEqual(manifest);
});

test('the manifest says what the provider does', async () => {
  expect(createEcho.name).toBe(manifest.factory);
  const provider = createEcho({ baseURL: 'http://127.0.0.1:1' });
  expect(provider).toMatchObject({ id: manifest.id, capabilities: manifest.capabilities });
  expect((await provider.listModels()).map(({ id }) => id)).toEqual(manifest.models);
});
