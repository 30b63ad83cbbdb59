import { readFileSync } from 'node:fs';
import { checkManifest } from '@sluice/core';
import { expect, test } from 'vitest';
import { createYlokh } from './create-ylokh.ts';
import * as entry from './index.ts';
import { manifest } from './manifest.ts';

const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  sluice: unknown;
};

test('the manifest in package.json is right, and the one that the code has', () => {
  expect(checkManifest(packageJson.sluice)).toEqual([]);
  expect(packageJson.sluice).toEqual(JSON.parse(JSON.stringify(manifest)));
});

test('the manifest says what the provider does', async () => {
  const provider = createYlokh();
  expect(provider).toMatchObject({ id: manifest.id, capabilities: manifest.capabilities });
  expect(entry).toHaveProperty(manifest.factory, createYlokh);
  expect((await provider.listModels()).map(({ id }) => id)).toEqual(manifest.models);
});
