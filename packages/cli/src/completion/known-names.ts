import { loadConfig } from '@sluice/registry/config';
import type { Io } from '../terminal/io.ts';
import { builtInProviders } from '../upstream/built-in-providers.ts';
import { installedProviders } from '../upstream/installed-providers.ts';
import type { NameKind } from './describe-program.ts';

/** What a shell can take as it is. A name with anything else in it is not worth the risk of a quote too few. */
const plain = /^[\w./:@%+-]+$/;

/**
 * The names that `--model` or `--provider` takes, as far as the configuration and the manifests know them: no upstream is
 * asked and no provider's code runs, for somebody waits at the Tab key.
 */
export async function knownNames(
  kind: NameKind,
  { cwd, env }: Pick<Io, 'cwd' | 'env'>,
): Promise<readonly string[]> {
  const names = await namesByProvider(cwd, env);
  const all =
    kind === 'providers'
      ? [...names.providers.keys()]
      : [
          ...names.routes,
          ...[...names.providers].flatMap(([id, models]) => [id, ...models.map((model) => `${id}:${model}`)]),
        ];
  return [...new Set(all)].filter((name) => plain.test(name));
}

interface Names {
  readonly providers: ReadonlyMap<string, readonly string[]>;
  readonly routes: readonly string[];
}

async function namesByProvider(cwd: string, env: Io['env']): Promise<Names> {
  const loaded = await loadConfig({ cwd, env });
  if (loaded === undefined) {
    return {
      providers: new Map(builtInProviders.map(({ manifest }) => [manifest.id, manifest.models ?? []])),
      routes: [],
    };
  }
  const { config, directory } = loaded;
  const { providers: installed } = await installedProviders(directory, config.allow);
  const providers = Object.entries(config.providers).map(
    ([name, { use = name, options, models, aliases }]) => {
      const manifest = installed.find(
        ({ packageName, manifest }) => packageName === use || manifest?.id === use,
      )?.manifest;
      const own = Array.isArray(options?.models)
        ? (options.models as readonly unknown[]).map(String)
        : undefined;
      const first = typeof options?.defaultModel === 'string' ? [options.defaultModel] : [];
      const listed = models ?? own ?? manifest?.models ?? [];
      return [name, [...new Set([...first, ...listed, ...Object.keys(aliases ?? {})])]] as const;
    },
  );
  return { providers: new Map(providers), routes: Object.keys(config.routes ?? {}) };
}
