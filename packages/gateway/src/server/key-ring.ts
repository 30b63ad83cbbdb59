import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigError } from '@sluice/registry/config';
import type { KeyConfig } from '../config/server-settings.ts';

/** Environment variables by name. */
export type Environment = { readonly [name: string]: string | undefined };

/** A caller's key without its value. */
export interface CallerKey {
  readonly name: string;
  readonly requestsPerMinute?: number;
  readonly concurrency?: number;
  /** May see and ask for everything. */
  readonly isUnrestricted: boolean;
  /** Whether it may ask for this name. */
  allows(model: string): boolean;
}

/** The keys that open the door. */
export interface KeyRing {
  readonly size: number;
  /** The key with this value. It takes as long whichever key it is, and whether it is one at all. */
  find(value: string): CallerKey | undefined;
}

/** The shortest key that is taken: a shorter one can be guessed. */
const shortestKey = 16;

/** SHA-256 of a key, as `sha256` in the configuration wants it. */
export function hashKey(value: string): string {
  return digest(value).toString('hex');
}

/** Reads keys from the environment. Throws a `ConfigError` for a variable that is not set, or holds something that can be guessed. */
export function createKeyRing(configs: readonly KeyConfig[], env: Environment): KeyRing {
  const problems: { path: PropertyKey[]; message: string }[] = [];
  const keys = configs.map((config, index) => {
    const { env: variable, sha256 = '' } = config;
    const key = callerKey(config);
    if (variable === undefined) return { key, hash: Buffer.from(sha256, 'hex') };
    const value = Object.hasOwn(env, variable) ? (env[variable] ?? '') : '';
    if (value.length < shortestKey) {
      const state = value === '' ? 'is not set' : `is shorter than ${shortestKey} characters`;
      const message = `the environment variable ${variable} ${state}; it holds the key ${config.name}`;
      problems.push({ path: ['server', 'keys', index, 'env'], message });
    }
    return { key, hash: digest(value) };
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    size: keys.length,
    find(value) {
      const shown = digest(value);
      let found: CallerKey | undefined;
      // No early end: the time must not tell how many keys were compared.
      for (const { key, hash } of keys) if (timingSafeEqual(hash, shown)) found = key;
      return found;
    },
  };
}

function callerKey({ name, models, requestsPerMinute, concurrency }: KeyConfig): CallerKey {
  const exact = new Set(models?.filter((model) => !model.endsWith('*')));
  const starts = models?.flatMap((model) => (model.endsWith('*') ? [model.slice(0, -1)] : [])) ?? [];
  return {
    name,
    isUnrestricted: models === undefined,
    allows: (model) =>
      models === undefined || exact.has(model) || starts.some((start) => model.startsWith(start)),
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
