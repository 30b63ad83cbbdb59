import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ProviderManifest } from '@sluice/core';
import { onTestFinished } from 'vitest';

/** Files of an application by their paths: text, or JSON of a value. */
export type ApplicationFiles = { readonly [path: string]: unknown };

/** Writes an application into a new folder, which goes with the test. Without a package.json in `files` it gets an empty one. */
export function applicationOf(files: ApplicationFiles = {}): string {
  const folder = lastingApplication(files);
  onTestFinished(() => removeApplication(folder));
  return folder;
}

/** The same for many tests; whoever asks for it removes it. */
export function lastingApplication(files: ApplicationFiles): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-cli-')));
  writeFiles(folder, { 'package.json': { name: 'application', type: 'module' }, ...files });
  return folder;
}

export function removeApplication(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Writes, or overwrites, files. */
export function writeFiles(folder: string, files: ApplicationFiles): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(
      join(folder, path),
      typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`,
    );
  }
}

/** What a provider of somebody else's has in its package.json, under "sluice". */
const echoManifest: ProviderManifest = {
  api: 1,
  id: 'echo',
  title: 'Echo',
  factory: 'create',
  working: true,
  needsAuth: false,
  defaultModel: 'parrot',
  models: ['parrot'],
  capabilities: {
    streaming: 'native',
    messageHistory: 'native',
    systemMessage: 'native',
    tools: 'none',
    vision: 'none',
    json: 'none',
    stop: 'none',
    seed: 'none',
    usage: 'none',
    reasoning: 'none',
    cancel: 'native',
    needsAuth: false,
  },
};

const echoCode = `
  const { capabilities } = ${JSON.stringify(echoManifest)};
  export const create = ({ id = 'echo', reply = 'echo' } = {}) => ({
    id,
    capabilities,
    async listModels() { return [{ id: 'parrot' }]; },
    async stream() {
      return {
        provider: id,
        model: 'parrot',
        async *[Symbol.asyncIterator]() {
          yield { type: 'text-delta', text: reply };
          yield { type: 'finish', reason: 'stop' };
        },
        async cancel() {},
      };
    },
    async close() {},
  });`;

/** An application that depends on a third party's provider, `sluice-provider-echo`. */
export function echoApplication(files: ApplicationFiles = {}): ApplicationFiles {
  const folder = 'node_modules/sluice-provider-echo';
  return {
    'package.json': {
      name: 'application',
      type: 'module',
      dependencies: { 'sluice-provider-echo': '*' },
    },
    [`${folder}/package.json`]: {
      name: 'sluice-provider-echo',
      version: '1.2.3',
      type: 'module',
      exports: './index.js',
      sluice: echoManifest,
    },
    [`${folder}/index.js`]: echoCode,
    ...files,
  };
}
