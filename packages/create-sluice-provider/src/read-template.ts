import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Protocol } from './answers.ts';
import type { Files } from './render-package.ts';

/** The package's own folder: both `src` and `dist` lie in it. */
const ownFolder = new URL('../', import.meta.url);

/** What working on a template in its place leaves there. */
const leftovers: ReadonlySet<string> = new Set(['node_modules', 'dist']);

/** Reads the template of a protocol: what all have in common, and its own. */
export async function readTemplate(protocol: Protocol): Promise<Files> {
  const folders = ['common', protocol].map((name) => fileURLToPath(new URL(`templates/${name}/`, ownFolder)));
  return new Map((await Promise.all(folders.map(readFolder))).flat());
}

async function readFolder(folder: string): Promise<readonly [path: string, text: string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep))
    .filter((path) => !path.some((part) => leftovers.has(part)));
  return Promise.all(
    files.map(async (path) => [path.join('/'), await readFile(join(folder, ...path), 'utf8')] as const),
  ) as Promise<[string, string][]>;
}

/** This package's version, and the ranges of what templates depend on: they are its development dependencies, and are tested together. */
export async function readVersions(): Promise<{
  readonly version: string;
  readonly ranges: { readonly [packageName: string]: string };
}> {
  const text = await readFile(new URL('package.json', ownFolder), 'utf8');
  const { version, devDependencies } = JSON.parse(text) as {
    readonly version: string;
    readonly devDependencies: { readonly [packageName: string]: string };
  };
  return { version, ranges: devDependencies };
}
