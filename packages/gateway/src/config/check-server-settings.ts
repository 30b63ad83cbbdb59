import { closest } from '@sluice/core';
import { ConfigError } from '@sluice/registry/config';
import { z } from 'zod';
import { problemsOf } from './issues.ts';
import type { KeyConfig, ServerSettings } from './server-settings.ts';

/** A schema for every key of a type: a setting that is added there and forgotten here does not compile. */
type Shape<Type> = { readonly [Key in keyof Required<Type>]: z.ZodType };

const count = (least: number): z.ZodNumber => z.number().int().min(least);

const key = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'must be a name of 1 to 64 letters, digits, dots, hyphens and underscores'),
    env: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable, such as "SLUICE_KEY"')
      .exactOptional(),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits: the SHA-256 of the key, not the key')
      .exactOptional(),
    models: z.array(z.string().min(1)).min(1).exactOptional(),
    requestsPerMinute: count(1).exactOptional(),
    concurrency: count(1).exactOptional(),
  } satisfies Shape<KeyConfig>)
  .refine(({ env, sha256 }) => (env === undefined) !== (sha256 === undefined), {
    message: 'needs either env or sha256',
  });

const settings = z.strictObject({
  host: z.string().min(1).exactOptional(),
  port: count(0).max(65_535).exactOptional(),
  keys: z
    .array(key)
    .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, {
      message: 'must each have a name of their own',
    })
    .exactOptional(),
  allowedHosts: z.array(z.string().min(1)).exactOptional(),
  unsupportedParameters: z.enum(['refuse', 'warn']).exactOptional(),
  maxStopSequences: count(1).max(256).exactOptional(),
  maxStopCharacters: count(1).max(4_096).exactOptional(),
  bodyLimitBytes: count(1_024).exactOptional(),
  headerLimitBytes: count(1_024).exactOptional(),
  requestTimeoutMs: count(1).exactOptional(),
  headersTimeoutMs: count(1).exactOptional(),
  keepAliveTimeoutMs: count(1).exactOptional(),
  slowReaderMs: count(0).exactOptional(),
  drainMs: count(0).exactOptional(),
  maxInFlight: count(1).exactOptional(),
  cors: z.strictObject({ origins: z.array(z.string().min(1)).min(1) }).exactOptional(),
  metrics: z.enum(['open', 'key', 'off']).exactOptional(),
  modelsCacheMs: count(0).exactOptional(),
  routeHeader: z.boolean().exactOptional(),
  trustProxy: z.boolean().exactOptional(),
} satisfies Shape<ServerSettings>);

/**
 * Checks the `server` part of a configuration. Throws a `ConfigError` with every mistake and its path (`server.port: …`).
 *
 * @param file where it came from, for the error
 */
export function checkServerSettings(value: unknown, file?: string): ServerSettings {
  const result = settings.safeParse(value);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, value).map(({ path, message, isUnknownKey }) => ({
    path: ['server', ...path],
    message: isUnknownKey ? unknownSetting(path) : message,
  }));
  throw new ConfigError(problems, file);
}

function unknownSetting(path: readonly PropertyKey[]): string {
  const known = path.length === 1 ? Object.keys(settings.shape) : [];
  const near = closest(String(path.at(-1)), known);
  return `unknown key${near === undefined ? '' : `; did you mean ${near}?`}`;
}
