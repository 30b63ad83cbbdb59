import type { ServerSettings } from '@sluice/gateway';
import { ConfigError, type LoadedConfig } from '@sluice/registry/config';
import { configurationError } from '../upstream/configuration-error.ts';
import { UsageError } from '../usage-error.ts';

/** The address as the command line has it. */
export interface WantedAddress {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

const systemFailures: { readonly [code: string]: (host: string, port: number) => string } = {
  EADDRINUSE: (host, port) =>
    `port ${port} of ${host} is taken: stop what listens there, or take another with --port (0: any free one)`,
  EACCES: (host, port) => `port ${port} of ${host} may not be listened on: take one from 1024 on with --port`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine: --host names one, such as 127.0.0.1`,
  ENOTFOUND: (host) => `${host} is no address of this machine: --host names one, such as 127.0.0.1`,
  EAI_AGAIN: (host) => `${host} is no address of this machine: --host names one, such as 127.0.0.1`,
};

/** Why it did not start, in the words of this command. */
export function startFailure(
  error: unknown,
  wanted: WantedAddress,
  settings: ServerSettings = {},
  loaded?: LoadedConfig,
): unknown {
  const host = wanted.host ?? settings.host ?? '127.0.0.1';
  const port = wanted.port ?? settings.port ?? 7300;
  const { code } = error as NodeJS.ErrnoException;
  const told = code === undefined ? undefined : systemFailures[code];
  if (told) return new UsageError(told(host, port));
  if (error instanceof ConfigError && error.file === undefined && error.problems[0]?.path[1] === 'host') {
    return new UsageError(
      `${host} can be reached by others, so it needs a key: "server": { "keys": [{ "name": "team", "env": "SLUICE_KEY" }] } in sluice.config; or listen on 127.0.0.1`,
    );
  }
  return configurationError(error, loaded);
}
