import { createRegistry, type Registry } from '@sluice/registry';
import {
  buildRegistryConfig,
  ConfigError,
  type ConfigProblem,
  type LoadedConfig,
  loadConfig,
  type SluiceConfig,
} from '@sluice/registry/config';
import type { Discovery, DiscoveryDiagnostic } from '@sluice/registry/discovery';
import { installedProviders } from '../upstream/installed-providers.ts';
import {
  closeQuietly,
  type OpenRegistryOptions,
  openRegistry,
  type RegistryWorld,
} from '../upstream/open-registry.ts';

/** As much of a configuration as can be used. */
export interface OpenedForCheck extends AsyncDisposable {
  /** Missing where nothing of the configuration can be used. */
  readonly registry?: Registry;
  readonly loaded?: LoadedConfig;
  readonly discovery: Discovery;
  readonly diagnostics: readonly DiscoveryDiagnostic[];
  /** What the user has to know of the sandbox, if that answers. */
  readonly notice?: string;
  /** Why the configuration is refused by every other command: one mistake a line. */
  readonly mistakes: readonly string[];
}

/**
 * Opens the configuration as every command does. Where that refuses it, its mistakes are kept and the rest is opened: providers
 * with mistakes are switched off, and routes are left out if they are what is wrong.
 */
export async function openWhatWorks(
  options: OpenRegistryOptions,
  world: RegistryWorld,
): Promise<OpenedForCheck> {
  try {
    const opened = await openRegistry(options, world);
    return { ...opened, mistakes: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return await openRest(error, options, world);
  }
}

async function openRest(
  refusal: ConfigError,
  { config: file }: OpenRegistryOptions,
  { cwd, env }: RegistryWorld,
): Promise<OpenedForCheck> {
  const loaded = await loadConfig({ cwd, env, file }).catch(() => undefined);
  const discovery = await installedProviders(loaded?.directory ?? cwd, loaded?.config.allow);
  const none = {
    mistakes: mistakesIn(refusal, loaded),
    discovery,
    diagnostics: discovery.diagnostics,
    [Symbol.asyncDispose]: async () => {},
  };
  if (loaded === undefined) return none;
  const whole = withoutBroken(loaded.config, refusal.problems);
  const { routes: _routes, default: _default, ...providersAlone } = whole;
  for (const config of [whole, providersAlone]) {
    try {
      const built = await buildRegistryConfig(config, discovery, env, loaded.file);
      const registry = createRegistry(built.registry);
      return {
        ...none,
        loaded,
        registry,
        diagnostics: [...discovery.diagnostics, ...built.diagnostics],
        [Symbol.asyncDispose]: () => closeQuietly(registry),
      };
    } catch (error) {
      if (!(error instanceof ConfigError || error instanceof TypeError)) throw error;
    }
  }
  return { ...none, loaded };
}

/** The same configuration with the providers switched off that have a mistake, which is the reason. */
function withoutBroken(config: SluiceConfig, problems: readonly ConfigProblem[]): SluiceConfig {
  const reasons = new Map<string, string>();
  for (const { path, message } of problems) {
    const [top, name] = path;
    if (top === 'providers' && typeof name === 'string' && !reasons.has(name)) reasons.set(name, message);
  }
  const providers = Object.entries(config.providers).map(([name, entry]) => {
    const disabled = reasons.get(name);
    return [name, disabled === undefined ? entry : { ...entry, disabled }] as const;
  });
  return { ...config, providers: Object.fromEntries(providers) };
}

/** A line each; without the name of the file, where that is told by itself. */
function mistakesIn({ message }: ConfigError, loaded: LoadedConfig | undefined): readonly string[] {
  const lines = message.split('\n').map((line) => line.trim());
  const [first = '', ...rest] = lines;
  if (loaded === undefined) return lines;
  return rest.length > 0 ? rest : [first.replace(`${loaded.file}: `, '')];
}
