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
      .regex(/^[\w.-]{1,64}$/, 'must be a name of 1 to 64 letters, digits, dots, hyphens and underscores')
      .describe('How logs and limits call it; not the key.'),
    env: z
      .string()
      .regex(/^[A-Za-z_]\w*$/, 'must be the name of an environment variable, such as "SLUICE_KEY"')
      .describe('The environment variable that holds the key.')
      .exactOptional(),
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits: the SHA-256 of the key, not the key')
      .describe('The SHA-256 of the key in hexadecimal digits, instead of env.')
      .exactOptional(),
    models: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'What it may ask for: models, routes and providers; local:* for all that begin so. Default: everything.',
      )
      .exactOptional(),
    requestsPerMinute: count(1).describe('Requests within a minute. Default: no limit.').exactOptional(),
    concurrency: count(1).describe('Requests at the same time. Default: no limit.').exactOptional(),
  } satisfies Shape<KeyConfig>)
  .refine(({ env, sha256 }) => (env === undefined) !== (sha256 === undefined), {
    message: 'needs either env or sha256',
  });

const settings = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .describe('Address to listen on; anything but loopback needs keys. Default 127.0.0.1.')
      .exactOptional(),
    port: count(0).max(65_535).describe('0 takes any free one. Default 7300.').exactOptional(),
    keys: z
      .array(key)
      .refine((keys) => new Set(keys.map(({ name }) => name)).size === keys.length, {
        message: 'must each have a name of their own',
      })
      .describe(
        'Keys that callers show as Authorization: Bearer. Default: none, which is open to this machine alone.',
      )
      .exactOptional(),
    allowedHosts: z
      .array(z.string().min(1))
      .describe(
        'Names by which it may be called while it has no keys, beside localhost and loopback addresses.',
      )
      .exactOptional(),
    unsupportedParameters: z
      .enum(['refuse', 'warn'])
      .describe('What becomes of parameters that no provider can be given. Default refuse.')
      .exactOptional(),
    maxStopSequences: count(1)
      .max(256)
      .describe('The most sequences that stop may have. Default 16.')
      .exactOptional(),
    maxStopCharacters: count(1)
      .max(4_096)
      .describe('The longest stop sequence, in UTF-16 units. Default 256.')
      .exactOptional(),
    bodyLimitBytes: count(1_024).describe('The longest body, in bytes. Default 32 MiB.').exactOptional(),
    headerLimitBytes: count(1_024)
      .describe('The longest headers, all together, in bytes. Default 16 KiB.')
      .exactOptional(),
    requestTimeoutMs: count(1)
      .describe('The longest that a client may take to send its request, in milliseconds. Default 60000.')
      .exactOptional(),
    headersTimeoutMs: count(1).describe('The same for its headers alone. Default 15000.').exactOptional(),
    keepAliveTimeoutMs: count(1)
      .describe('How long an idle connection is kept, in milliseconds. Default 72000.')
      .exactOptional(),
    slowReaderMs: count(0)
      .describe(
        'How long a client may leave its stream unread, or the rest of an answer that has ended, in milliseconds; 0 for as long as it likes. Default 120000.',
      )
      .exactOptional(),
    drainMs: count(0)
      .describe('How long running requests may go on once the door closes, in milliseconds. Default 30000.')
      .exactOptional(),
    maxInFlight: count(1)
      .describe('The most requests at the same time, all keys together. Default 5000.')
      .exactOptional(),
    cors: z
      .strictObject({ origins: z.array(z.string().min(1)).min(1) })
      .describe('Web pages that may call it from browsers. Default: none.')
      .exactOptional(),
    metrics: z
      .enum(['open', 'key', 'off'])
      .describe(
        'Who may read /metrics: everybody, those with an unrestricted key, or nobody. Default key where there are keys, else open.',
      )
      .exactOptional(),
    modelsCacheMs: count(0)
      .describe("How long the upstreams' lists of models are kept, in milliseconds. Default 60000.")
      .exactOptional(),
    routeHeader: z
      .boolean()
      .describe('Tell callers who answered, in x-sluice-route. Default true.')
      .exactOptional(),
    trustProxy: z
      .boolean()
      .describe('Believe X-Forwarded-For of a proxy in front. Default false.')
      .exactOptional(),
  } satisfies Shape<ServerSettings>)
  .describe('Settings of the HTTP door, which @sluice/gateway checks.');

/** The JSON Schema of `server`, draft 7, without what no schema can say: that names differ, that a key has one source. */
export function serverJsonSchema(): { readonly [key: string]: unknown } {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(settings, { target: 'draft-7', io: 'input' });
  return schema;
}

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
