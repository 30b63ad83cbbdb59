import type { DiscoveryDiagnostic } from '../discovery/diagnostic.ts';
import type { Discovery } from '../discovery/discover-providers.ts';
import type { Registration } from '../registration.ts';
import type { RegistryConfig } from '../registry.ts';
import { buildProvider, closeAll } from './build-provider.ts';
import { buildRoutes } from './build-routes.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment-options.ts';
import type { SluiceConfig } from './sluice-config.ts';

/** What became of a configuration. */
export interface BuiltConfig {
  /** What `createRegistry` takes. Whoever does not make a registry of it closes its providers. */
  readonly registry: RegistryConfig & { readonly providers: readonly Registration[] };
  /** Packages whose code failed. Their providers are switched off, with the reason, so that the others serve. */
  readonly diagnostics: readonly DiscoveryDiagnostic[];
}

/**
 * Brings a configuration, the installed providers and the environment together: finds each provider's package, takes its keys
 * from the environment, checks its options, imports and makes it.
 *
 * Throws a `ConfigError` with every mistake: a provider that is not installed or not allowed, a variable that is not set, an
 * option that does not fit, and if no provider is left. Names in routes are checked by `createRegistry`.
 *
 * @param file where the configuration came from, for errors
 *
 * @example
 * const { config, directory } = await loadConfig({ cwd: process.cwd() });
 * const discovery = await discoverProviders({ from: directory, allow: config.allow });
 * const { registry, diagnostics } = await buildRegistryConfig(config, discovery, process.env);
 * for (const { message } of diagnostics) console.error(message);
 * const chat = createRegistry(registry);
 */
export async function buildRegistryConfig(
  config: SluiceConfig,
  { providers: installed }: Pick<Discovery, 'providers'>,
  env: Environment,
  file?: string,
): Promise<BuiltConfig> {
  const {
    providers,
    routes: _routes,
    $schema: _schema,
    allow: _allow,
    server: _server,
    limits,
    ...rest
  } = config;
  const built = await Promise.all(
    Object.entries(providers).map(([name, entry]) => buildProvider(name, entry, limits, installed, env)),
  );
  const problems = built.flatMap((each) => each.problems);
  const diagnostics = built.flatMap(({ diagnostic }) => diagnostic ?? []);
  const registrations = built.flatMap(({ registration }) => registration ?? []);
  if (problems.length === 0 && diagnostics.length > 0 && registrations.every(({ disabled }) => disabled)) {
    const reasons = diagnostics.map(({ message }) => message).join('; ');
    problems.push({ path: ['providers'], message: `none of them can be used: ${reasons}` });
  }
  if (problems.length > 0) {
    await closeAll(built);
    throw new ConfigError(problems, file);
  }
  return {
    registry: { ...rest, providers: registrations, routes: buildRoutes(config, registrations) },
    diagnostics,
  };
}
