import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { redact } from '@sluice/core';
import { printable } from '../discovery/printable.ts';
import { checkConfig } from './check-config.ts';
import { ConfigError } from './config-error.ts';
import { type FindConfigOptions, findConfig } from './find-config.ts';
import { linesOfJson } from './json-lines.ts';
import type { SluiceConfig } from './sluice-config.ts';

/** A configuration that came from a file. */
export interface LoadedConfig {
  /** Absolute path. */
  readonly file: string;
  /** Its folder: where `discoverProviders({ from })` begins. */
  readonly directory: string;
  readonly config: SluiceConfig;
}

/**
 * Finds `sluice.config.{ts,js,mjs,json}` and loads it: modules by an import of their default export (Node strips the types
 * of TypeScript itself), JSON as data. Nothing if there is no such file.
 *
 * Throws a `ConfigError` that names the file and every mistake with its path; for JSON also with its line.
 *
 * @example
 * const loaded = await loadConfig({ cwd: process.cwd(), env: process.env });
 */
export async function loadConfig(options: FindConfigOptions): Promise<LoadedConfig | undefined> {
  const file = findConfig(options);
  if (file === undefined) return undefined;
  const config = file.endsWith('.json') ? await fromJson(file) : await fromModule(file);
  return { file, directory: dirname(file), config };
}

async function fromJson(file: string): Promise<SluiceConfig> {
  let text: string;
  let value: unknown;
  try {
    text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
    value = JSON.parse(text);
  } catch (error) {
    throw unloadable(file, error);
  }
  return checkConfig(value, file, linesOfJson(text));
}

async function fromModule(file: string): Promise<SluiceConfig> {
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (error) {
    throw unloadable(file, error);
  }
  if (module.default !== undefined) return checkConfig(module.default, file);
  const message = 'it has no default export; write: export default defineConfig({ … })';
  throw new ConfigError([{ path: [], message }], file);
}

/** What is to be done, by what the load fails with. */
const advice: { readonly [code: string]: string } = {
  ERR_UNKNOWN_FILE_EXTENSION: '; this Node does not run TypeScript: use 22.18 or newer, or sluice.config.js',
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX:
    '; Node strips types and takes no enums, namespaces or parameter properties',
};

/** The loader's own words, in one line. JSON's are not repeated: they quote the text, which may hold anything. */
function unloadable(file: string, error: unknown): ConfigError {
  const { code, message, name } = error as NodeJS.ErrnoException;
  const isJson = file.endsWith('.json') && error instanceof SyntaxError;
  const where = /line \d+ column \d+/.exec(message ?? '')?.[0];
  const why = isJson
    ? `it is no valid JSON${where === undefined ? '' : ` (${where})`}`
    : `it cannot be loaded: ${printable(redact(`${name}: ${message}`), 500)}${advice[code ?? ''] ?? ''}`;
  return new ConfigError([{ path: [], message: why }], file, error);
}
