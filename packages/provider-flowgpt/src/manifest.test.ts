import { readFile } from 'node:fs/promises';
import { checkManifest } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createFlowGpt } from './index.ts';
import { manifest } from './manifest.ts';

describe('the manifest', () => {
  it('is right, and package.json holds the same', async () => {
    const file = new URL('../package.json', import.meta.url);
    const { sluice } = JSON.parse(await readFile(file, 'utf8')) as { sluice: unknown };
    expect(checkManifest(sluice)).toEqual([]);
    expect(sluice).toEqual(manifest);
  });

  it('says what the provider does', async () => {
    const provider = createFlowGpt();
    expect(createFlowGpt.name).toBe(manifest.factory);
    expect(provider.id).toBe(manifest.id);
    expect(provider.capabilities).toEqual(manifest.capabilities);
    expect((await provider.listModels()).map(({ id }) => id)).toEqual(manifest.models);
    expect(manifest.models).toContain(manifest.defaultModel);
    for (const target of Object.values(manifest.modelAliases ?? {}))
      expect(manifest.models).toContain(target);
    await provider.close();
  });

  it('lists every option that a file can hold', () => {
    const { properties } = manifest.options as { readonly properties: Readonly<Record<string, unknown>> };
    for (const name of Object.keys(properties)) {
      // A wrong value is refused as such, an unknown name as a name.
      expect(() => createFlowGpt({ [name]: Symbol('wrong') })).toThrow(`option ${name} of flowgpt must be`);
    }
  });
});
