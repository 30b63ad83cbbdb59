import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { redact } from '@sluice/core';
import { shownValue } from '../discovery/shown-value.ts';
import { inTime } from '../in-time.ts';
import { printable } from '../printable.ts';
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
  /** The line in which a part of it stands, counted from 1, for mistakes that are found later; known for JSON. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** What came out of a file. */
type Content = Pick<LoadedConfig, 'config' | 'lineOf'>;

/** A configuration in JSON is not longer than this, in UTF-16 units. */
const mostJson = 1024 * 1024;

/** In milliseconds. */
const longestImportMs = 30_000;

/**
 * Finds `sluice.config.{ts,js,mjs,json}` and loads it: modules by an import of their default export (Node strips the types
 * of TypeScript itself), JSON as data. Nothing if there is no such file. A file that has changed since it was last loaded is
 * read anew; what a module imports itself is not.
 *
 * Throws a `ConfigError` that names the file and every mistake with its path; for JSON also with its line.
 *
 * @example
 * const loaded = await loadConfig({ cwd: process.cwd(), env: process.env });
 */
export async function loadConfig(options: FindConfigOptions): Promise<LoadedConfig | undefined> {
  const file = findConfig(options);
  if (file === undefined) return undefined;
  const content = file.endsWith('.json') ? await fromJson(file) : await fromModule(file);
  return { file, directory: dirname(file), ...content };
}

async function fromJson(file: string): Promise<Content> {
  let text: string;
  let value: unknown;
  try {
    text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
    value = JSON.parse(text);
  } catch (error) {
    throw unloadable(file, error);
  }
  if (text.length > mostJson) throw unusable(file, `it has more than ${mostJson} characters`);
  let lines: ReturnType<typeof linesOfJson> | undefined;
  const lineOf = (path: readonly PropertyKey[]): number => {
    lines ??= linesOfJson(text);
    return lines(path);
  };
  return { config: checkConfig(value, file, lineOf), lineOf };
}

async function fromModule(file: string): Promise<Content> {
  let config: unknown;
  try {
    const imported = import(moduleUrl(file)) as Promise<{ readonly default?: unknown }>;
    // One that waits for something that never comes would hang without a word.
    const module = await inTime(
      imported,
      longestImportMs,
      `its import did not end within ${longestImportMs / 1_000} s; a configuration is plain data and waits for nothing`,
    );
    config = module.default;
  } catch (error) {
    throw unloadable(file, error);
  }
  if (config === undefined) {
    throw unusable(file, 'it has no default export; write: export default defineConfig({ … })');
  }
  try {
    return { config: checkConfig(config, file), lineOf: () => undefined };
  } catch (error) {
    // A getter or a proxy may throw whatever it likes.
    throw error instanceof ConfigError ? error : unloadable(file, error);
  }
}

/** Node imports one URL once and for all: the file's age in it makes a changed file another module. */
function moduleUrl(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${pathToFileURL(file).href}?changed=${mtimeMs}-${size}`;
}

function unusable(file: string, message: string): ConfigError {
  return new ConfigError([{ path: [], message }], file);
}

/** What is to be done, by what the load fails with. */
const advice: { readonly [code: string]: (reason: string) => string } = {
  ERR_UNKNOWN_FILE_EXTENSION: () =>
    '; this Node does not run TypeScript: use 22.18 or newer, or sluice.config.js',
  ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX: () =>
    '; Node strips types and takes no enums, namespaces or parameter properties',
  ERR_MODULE_NOT_FOUND(reason) {
    const missing = /Cannot find package '((?:@[^/']+\/)?[^/']+)/.exec(reason)?.[1];
    if (missing === undefined) return '';
    const instead = missing === '@sluice/registry' ? ', or export the object without defineConfig' : '';
    return `; install it in this folder (npm install ${missing})${instead}`;
  },
};

/** The loader's own words, in one line. JSON's are not repeated: they quote the text, which may hold anything. */
function unloadable(file: string, error: unknown): ConfigError {
  // A module may throw whatever it likes.
  const thrown: NodeJS.ErrnoException | undefined = error instanceof Error ? error : undefined;
  const reason = thrown === undefined ? `it threw ${shownValue(error)}` : `${thrown.name}: ${thrown.message}`;
  const isJson = file.endsWith('.json') && error instanceof SyntaxError;
  const where = isJson ? /line \d+ column \d+/.exec(reason)?.[0] : lineOf(file, error);
  const at = where === undefined ? '' : ` (${where})`;
  const why = isJson
    ? `it is no valid JSON${at}`
    : `it cannot be loaded${at}: ${printable(redact(reason), 500)}${advice[thrown?.code ?? '']?.(reason) ?? ''}`;
  return new ConfigError([{ path: [], message: why }], file, error);
}

/** Where in the file itself it happened, which the stack tells for all but the syntax errors of plain JavaScript. */
function lineOf(file: string, error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const name of [pathToFileURL(file).href, file]) {
    const at = stack.indexOf(name);
    const line =
      at < 0 ? undefined : /^(?:\?changed=[\d.-]+)?:(\d+)/.exec(stack.slice(at + name.length))?.[1];
    if (line !== undefined) return `line ${line}`;
  }
  return undefined;
}
