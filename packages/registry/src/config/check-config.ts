import { isJsonObject } from '../discovery/read-package-json.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { findCredentials } from './find-credentials.ts';
import { configSchema } from './schema.ts';
import type { SluiceConfig } from './sluice-config.ts';
import { nameUnknownKeys, problemsOf } from './zod-problems.ts';

/** A configuration is not nested deeper, and certainly not in a circle. */
const deepest = 64;

/**
 * Checks what came out of a file or a program. Throws a `ConfigError` with every mistake: its path, what was expected and what
 * came. Whether variables are set and names are known is found out by `buildRegistryConfig`.
 *
 * @param where the file, for the error
 * @param lineOf finds the line of a path, where the text of the file is known
 */
export function checkConfig(
  value: unknown,
  where?: string,
  lineOf: (path: readonly PropertyKey[]) => number | undefined = () => undefined,
): SluiceConfig {
  if (!isShallow(value, deepest)) {
    throw new ConfigError([{ path: [], message: `it is nested deeper than ${deepest} levels` }], where);
  }
  const given = withoutUndefined(value);
  const credentials = findCredentials(given);
  const result = configSchema.safeParse(given, { error: nameUnknownKeys, reportInput: true });
  const known = new Set(credentials.map(({ path }) => JSON.stringify(path)));
  const problems = [
    ...credentials,
    ...(result.success
      ? []
      : problemsOf(result.error.issues).filter(({ path }) => !known.has(JSON.stringify(path)))),
  ];
  if (result.success && problems.length === 0) return result.data;
  throw new ConfigError(
    problems.map((problem): ConfigProblem => ({ ...problem, line: lineOf(problem.path) })),
    where,
  );
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inside) => isShallow(inside, levels - 1));
}

/** `undefined` in a program's object means the same as leaving the key out, as in JSON. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (!isJsonObject(value) || !isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, withoutUndefined(entry)]),
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
