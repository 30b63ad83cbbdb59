import type { SluiceConfig } from '@sluice/registry/config';
import type { DiscoveredProvider } from '@sluice/registry/discovery';
import type { Io } from '../terminal/io.ts';
import type { OpenedForCheck } from './open-what-works.ts';

/** What is known before anybody is asked. Plain JSON, without the values of variables. */
export interface Environment {
  readonly node: { readonly version: string; readonly problem?: string };
  /** The configuration's file; missing where there is none, or where it cannot be loaded. */
  readonly configuration?: string;
  /** Why other commands refuse the configuration: one mistake a line. */
  readonly mistakes: readonly string[];
  readonly providers: readonly InstalledProvider[];
  /** What is to be mended about installed packages. */
  readonly diagnostics: readonly string[];
  /** The variables that the configuration names. */
  readonly variables: readonly { readonly name: string; readonly isSet: boolean }[];
  /** The proxies that the environment names, without their passwords. */
  readonly proxies: readonly { readonly name: string; readonly value: string }[];
}

/** An installed provider, and why it is not used, if so. */
export interface InstalledProvider {
  readonly id: string;
  readonly package: string;
  readonly status: DiscoveredProvider['status'];
  readonly reason?: string;
}

/** What our packages need: `engines` of each of them. */
const oldestNode = [22, 19] as const;

export function environmentOf(
  { loaded, discovery, diagnostics, mistakes }: OpenedForCheck,
  env: Io['env'],
  nodeVersion: string,
): Environment {
  const problem = nodeProblem(nodeVersion);
  const providers = discovery.providers.map(
    (provider): InstalledProvider => ({
      id: provider.manifest?.id ?? provider.packageName,
      package: provider.packageName,
      status: provider.status,
      ...(provider.status === 'available' ? {} : { reason: provider.reason }),
    }),
  );
  const told = new Set(providers.flatMap(({ reason }) => reason ?? []));
  return {
    node: { version: nodeVersion, ...(problem === undefined ? {} : { problem }) },
    ...(loaded === undefined ? {} : { configuration: loaded.file }),
    mistakes,
    providers,
    diagnostics: [...new Set(diagnostics.map(({ message }) => message))].filter(
      (message) => !told.has(message),
    ),
    variables: variablesIn(loaded?.config).map((name) => ({ name, isSet: (env[name] ?? '') !== '' })),
    proxies: proxiesIn(env),
  };
}

/** Why this Node is too old, if it is. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestNode;
  const isOld = major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
  return isOld ? `too old: Sluice needs ${oldestMajor}.${oldestMinor} or newer` : undefined;
}

function variablesIn(config: SluiceConfig | undefined): readonly string[] {
  const names = Object.values(config?.providers ?? {})
    .filter(({ disabled }) => disabled === undefined || disabled === false)
    .flatMap(({ apiKeyEnv, keysEnv = [], optionsEnv = {} }) => [
      ...(apiKeyEnv === undefined ? keysEnv : [apiKeyEnv]),
      ...Object.values(optionsEnv),
    ]);
  return [...new Set(names)];
}

const proxyVariables = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** Either case is read; the lower one wins, as curl has it. */
function proxiesIn(env: Io['env']): Environment['proxies'] {
  return proxyVariables.flatMap((name) => {
    const value = env[name.toLowerCase()] || env[name];
    return value ? [{ name, value: name === 'NO_PROXY' ? value : hostOf(value) }] : [];
  });
}

function hostOf(proxy: string): string {
  const url = URL.parse(proxy) ?? URL.parse(`http://${proxy}`);
  return url === null || url.host === '' ? 'not an address' : url.host;
}
