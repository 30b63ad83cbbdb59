import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProviderManifest } from '@sluice/core';
import { onTestFinished } from 'vitest';
import { capable } from '../fake-provider.fixture.ts';

/** A manifest that is right. */
export const manifestOf = (id: string, more: Partial<ProviderManifest> = {}): ProviderManifest => ({
  api: 1,
  id,
  title: id.toUpperCase(),
  factory: 'create',
  working: true,
  needsAuth: false,
  capabilities: capable,
  models: ['small', 'large'],
  ...more,
});

/**
 * The code of a provider without a wire, which answers with the options that it was made of. It tells on `globalThis` that it
 * was imported, and how often it was closed.
 */
const codeOf = (id: string): string => `
  globalThis.importedProviders = [...(globalThis.importedProviders ?? []), '${id}'];
  export const create = (options) => ({
    id: options.id ?? '${id}',
    capabilities: ${JSON.stringify(capable)},
    options,
    async listModels() { return []; },
    async stream({ model, providerOptions }) {
      return {
        provider: '${id}',
        model,
        async *[Symbol.asyncIterator]() {
          yield { type: 'text-delta', text: JSON.stringify({ model, options, providerOptions }) };
          yield { type: 'finish', reason: 'stop' };
        },
        async cancel() {},
      };
    },
    async close() {
      globalThis.closedProviders = [...(globalThis.closedProviders ?? []), options.id ?? '${id}'];
    },
  });
`;

/** A package: its manifest under "sluice", its code, and whatever its package.json says beside. */
export interface FixturePackage {
  readonly sluice?: unknown;
  /** The text of `index.js`; `false` for none. Default: a provider of the manifest's id. */
  readonly code?: string | false;
  readonly packageJson?: { readonly [key: string]: unknown };
  /** The whole text of package.json instead. */
  readonly text?: string;
  /** Paths and texts of other files. */
  readonly files?: { readonly [path: string]: string };
  /** Where it really lies, from the application's folder; `node_modules` then holds a link to it, as with pnpm. */
  readonly linkedFrom?: string;
}

/** What an application is made of. */
export interface FixtureApplication {
  readonly packages?: { readonly [name: string]: FixturePackage };
  /** Default: all packages are dependencies. */
  readonly packageJson?: { readonly [key: string]: unknown };
  readonly files?: { readonly [path: string]: string };
}

/** Writes an application with its node_modules into a new folder, which goes with the test. */
export function applicationOf({ packages = {}, packageJson, files = {} }: FixtureApplication): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-app-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const dependencies = Object.fromEntries(Object.keys(packages).map((name) => [name, '*']));
  write(folder, {
    'package.json': JSON.stringify({ name: 'application', type: 'module', dependencies, ...packageJson }),
    ...files,
  });
  for (const [name, each] of Object.entries(packages)) writePackage(folder, name, each);
  return folder;
}

function writePackage(application: string, name: string, each: FixturePackage): void {
  const installed = join(application, 'node_modules', name);
  const folder = each.linkedFrom === undefined ? installed : join(application, each.linkedFrom);
  const { id } = (each.sluice ?? {}) as { readonly id?: string };
  const code = each.code ?? codeOf(id ?? name);
  const { sluice } = each;
  write(folder, {
    'package.json':
      each.text ??
      JSON.stringify({
        name,
        version: '1.2.3',
        type: 'module',
        exports: './index.js',
        ...(sluice === undefined ? {} : { sluice }),
        ...each.packageJson,
      }),
    ...(code === false ? {} : { 'index.js': code }),
    ...each.files,
  });
  if (folder === installed) return;
  mkdirSync(dirname(installed), { recursive: true });
  symlinkSync(folder, installed, 'junction');
}

function write(folder: string, files: { readonly [path: string]: string }): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const seen = globalThis as { importedProviders?: readonly string[]; closedProviders?: readonly string[] };

/** Which providers' code ran so far in this process. */
export const importedProviders = (): readonly string[] => seen.importedProviders ?? [];

/** Which providers were closed so far in this process. */
export const closedProviders = (): readonly string[] => seen.closedProviders ?? [];
