import { createRegistry, type Registration, type Registry, type RegistryConfig } from '@sluice/registry';
import {
  buildRegistryConfig,
  type LoadedConfig,
  loadConfig,
  type SluiceConfig,
} from '@sluice/registry/config';
import type { Discovery, DiscoveryDiagnostic } from '@sluice/registry/discovery';
import type { Sandbox } from '@sluice/sandbox';
import type { Io } from '../terminal/io.ts';
import { configurationError } from './configuration-error.ts';
import { installedProviders } from './installed-providers.ts';
import { type SandboxOptions, startSandboxProviders } from './sandbox-providers.ts';

/** What a command asks its questions to, and where that came from. */
export interface OpenedRegistry extends AsyncDisposable {
  /** Its `close` also ends the sandbox, if that answers. */
  readonly registry: Registry;
  /** Makes a new registry of the same providers, to which no target has failed yet. Its `close` does the same. */
  renewed(): Registry;
  /** The configuration and its file; missing where there is none and the sandbox answers. */
  readonly loaded?: LoadedConfig;
  /** What is installed: available, refused or broken, each with its reason. */
  readonly discovery: Discovery;
  /** What is to be mended about installed packages: of the discovery, and of those whose code failed. */
  readonly diagnostics: readonly DiscoveryDiagnostic[];
  /** The upstreams, where nothing is configured. */
  readonly sandbox?: Sandbox;
  /** What the user has to know before an answer is shown: that the sandbox answers. */
  readonly notice?: string;
  close(): Promise<void>;
}

/** Which configuration to open. */
export interface OpenRegistryOptions extends SandboxOptions {
  /** The file, from the working folder; it must be there. Default: what `SLUICE_CONFIG` names, else the nearest one. */
  readonly config?: string | undefined;
  /** The time and the chance of routing, where both are recorded. */
  readonly engine?: RecordedEngine | undefined;
}

/** What a route decision depends on beside its configuration. A configuration's own seed wins. */
export type RecordedEngine = Required<Pick<RegistryConfig, 'timers' | 'seed'>>;

/** The world that a configuration is read from. */
export type RegistryWorld = Pick<Io, 'cwd' | 'env'>;

const sandboxNotice =
  'no upstream is configured: the embedded sandbox answers, which is no language model (`sluice init` configures real ones)';

/**
 * Opens the registry that the configuration describes, with the providers that are installed; without a configuration, that of
 * the embedded sandbox. Whoever opens it closes it.
 *
 * Throws a `ConfigError` for a configuration that is wrong, and a `UsageError` for a sandbox that is.
 *
 * @example
 * await using opened = await openRegistry({}, io);
 * if (opened.notice !== undefined) await note(opened.notice);
 */
export async function openRegistry(
  options: OpenRegistryOptions,
  world: RegistryWorld,
): Promise<OpenedRegistry> {
  const { cwd, env } = world;
  const { config: file, sandboxDown, sandboxRate } = options;
  // Who says how the sandbox is to behave wants the sandbox.
  const isSandbox = file === undefined && (sandboxDown !== undefined || sandboxRate !== undefined);
  const loaded = isSandbox ? undefined : await loadConfig({ cwd, env, file });
  const discovery = await installedProviders(loaded?.directory ?? cwd, loaded?.config.allow);
  return loaded === undefined
    ? await openSandbox(options, env, discovery)
    : await openConfiguration(loaded, env, discovery, options.engine);
}

async function openConfiguration(
  loaded: LoadedConfig,
  env: Io['env'],
  discovery: Discovery,
  engine: RecordedEngine | undefined,
): Promise<OpenedRegistry> {
  try {
    const built = await buildRegistryConfig(loaded.config, discovery, env, loaded.file);
    const diagnostics = [...relevant(loaded.config, discovery), ...built.diagnostics];
    try {
      return openedRegistry({ ...engine, ...built.registry }, { loaded, discovery, diagnostics });
    } catch (error) {
      await closeAll(built.registry.providers);
      throw error;
    }
  } catch (error) {
    throw configurationError(error, loaded);
  }
}

/** Ends providers that came into no registry. */
async function closeAll(registrations: readonly Registration[]): Promise<void> {
  const providers = registrations.flatMap(({ provider, credentials = [] }) => [
    provider,
    ...credentials.map((key) => key.provider),
  ]);
  await Promise.allSettled(providers.map((provider) => provider.close()));
}

async function openSandbox(
  options: OpenRegistryOptions,
  env: Io['env'],
  discovery: Discovery,
): Promise<OpenedRegistry> {
  const { sandbox, config } = await startSandboxProviders(options, env);
  const about = { discovery, diagnostics: [], sandbox, notice: sandboxNotice };
  return openedRegistry({ ...options.engine, ...config }, about, () => sandbox.close());
}

/** What is told of the installed packages when a command begins: not those that nobody asked for. */
function relevant({ providers }: SluiceConfig, discovery: Discovery): readonly DiscoveryDiagnostic[] {
  const used = new Set(Object.entries(providers).flatMap(([name, { use }]) => use ?? name));
  const isUsed = (name: string | undefined): boolean =>
    discovery.providers.some(
      ({ packageName, manifest }) =>
        packageName === name && (used.has(packageName) || used.has(manifest?.id ?? '')),
    );
  return discovery.diagnostics.filter(
    ({ code, packageName }) => code === 'unknown-allow' || isUsed(packageName),
  );
}

function openedRegistry(
  config: RegistryConfig,
  about: Pick<OpenedRegistry, 'loaded' | 'discovery' | 'diagnostics' | 'sandbox' | 'notice'>,
  end: () => Promise<void> = async () => {},
): OpenedRegistry {
  const create = (): Registry => {
    const registry = createRegistry(config);
    let closing: Promise<void> | undefined;
    return {
      ...registry,
      close() {
        closing ??= registry.close().finally(end);
        return closing;
      },
    };
  };
  const registry = create();
  return {
    ...about,
    registry,
    renewed: create,
    close: registry.close,
    [Symbol.asyncDispose]: () => closeQuietly(registry),
  };
}

/** Closes what has done its work: a provider that cannot be closed spoils no answer. */
export async function closeQuietly({ close }: Pick<Registry, 'close'>): Promise<void> {
  await close().catch(() => {});
}
