import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { checkManifest } from '@sluice/core';
import { createAcme, manifest } from './index.ts';

test('the manifest is right, and package.json holds the same', async () => {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { sluice } = JSON.parse(text) as { sluice: unknown };
  assert.deepEqual(checkManifest(sluice), []);
  assert.deepEqual(sluice, manifest);
});

test('the manifest says what the provider does', async () => {
  assert.equal(createAcme.name, manifest.factory);
  // key:begin
  const provider = createAcme({ apiKey: 'any' });
  // key:end
  // no-key: const provider = createAcme();
  assert.equal(provider.id, manifest.id);
  assert.deepEqual(provider.capabilities, manifest.capabilities);
  const models = await provider.listModels();
  assert.deepEqual(
    models.map(({ id }) => id),
    manifest.models,
  );
});
