import { readFile } from 'node:fs/promises';
import { checkManifest } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createH2o, manifest } from './index.ts';

describe('the manifest', () => {
  it('is right, and package.json holds the same', async () => {
    const file = new URL('../package.json', import.meta.url);
    const { sluice } = JSON.parse(await readFile(file, 'utf8')) as { sluice: unknown };
    expect(checkManifest(sluice)).toEqual([]);
    expect(sluice).toEqual(manifest);
  });

  it('says what the provider does', async () => {
    const models = manifest.models ?? [];
    const provider = createH2o({ models });
    expect(createH2o.name).toBe(manifest.factory);
    expect(provider.id).toBe(manifest.id);
    expect(provider.capabilities).toEqual(manifest.capabilities);
    expect((await provider.listModels()).map(({ id }) => id)).toEqual(models);
    expect(models).toContain(manifest.defaultModel);
    for (const target of Object.values(manifest.modelAliases ?? {})) expect(models).toContain(target);
    await provider.close();
  });

  it('lists every option that a file can hold', () => {
    const { properties } = manifest.options as { readonly properties: Readonly<Record<string, unknown>> };
    for (const name of Object.keys(properties)) {
      // A wrong value is refused as such, an unknown name as a name.
      expect(() => createH2o({ [name]: Symbol('wrong') })).toThrow(`option ${name} of h2o must be`);
    }
    expect(() => createH2o({ nonsense: 1 } as object)).toThrow('nonsense is not an option');
  });
});
