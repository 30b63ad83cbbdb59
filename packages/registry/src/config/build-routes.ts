import { type Member, memberOf, type Registration } from '../registration.ts';
import type { RouteConfig } from '../routes.ts';
import { type StrategyOption, strategyOf } from '../strategy-option.ts';
import { conditionOf } from './condition.ts';
import { fallbackStrategy } from './fallback-strategy.ts';
import type { RouteEntry, SluiceConfig } from './sluice-config.ts';

/** Makes the routes of a registry of those of a file: data becomes predicates, fallbacks a strategy. */
export function buildRoutes(
  { routes = {}, strategy = 'balanced' }: Pick<SluiceConfig, 'routes' | 'strategy'>,
  providers: readonly Registration[],
): { readonly [name: string]: RouteConfig } {
  return Object.fromEntries(
    Object.entries(routes).map(([name, entry]) => {
      const route: RouteEntry = isList(entry) ? { targets: entry } : entry;
      return [name, buildRoute(name, route, strategy, providers)];
    }),
  );
}

function buildRoute(
  name: string,
  { targets, fallback, strategy, sticky, conditions, ...rest }: RouteEntry,
  common: StrategyOption,
  providers: readonly Registration[],
): RouteConfig {
  const inner = strategy ?? (fallback === undefined ? undefined : common);
  const chosen =
    fallback === undefined || inner === undefined
      ? inner
      : withFallback(inner, targets, fallback, `routes[${JSON.stringify(name)}].strategy`, providers);
  return {
    ...rest,
    targets: [...targets, ...(fallback ?? [])],
    ...(chosen === undefined ? {} : { strategy: chosen }),
    ...(sticky === undefined ? {} : { sticky: keyOf(sticky) }),
    ...(conditions === undefined
      ? {}
      : {
          conditions: Object.fromEntries(
            Object.entries(conditions).map(([target, condition]) => [target, conditionOf(condition)]),
          ),
        }),
  };
}

function withFallback(
  inner: StrategyOption,
  targets: readonly string[],
  fallback: readonly string[],
  path: string,
  providers: readonly Registration[],
): StrategyOption {
  const members = providers.map((registration, index) => memberOf(registration, `providers[${index}]`));
  const first = new Set(targets.flatMap((name) => targetIds(name, members)));
  const last = new Set(fallback.flatMap((name) => targetIds(name, members)).filter((id) => !first.has(id)));
  const { name, rank } = strategyOf(inner, path);
  return fallbackStrategy(rank, name, (id) => last.has(id));
}

/** The ids of the targets that a name stands for, by which a strategy tells them apart. */
function targetIds(name: string, members: readonly Member[]): readonly string[] {
  const idOf = ({ id, aliases, defaultModel }: Member, wanted: string): string => {
    const model = wanted === '' ? defaultModel : Object.hasOwn(aliases, wanted) ? aliases[wanted] : wanted;
    return model === undefined ? id : `${id}:${model}`;
  };
  const named = members.find(({ id }) => name === id || name.startsWith(`${id}:`));
  if (named) return [idOf(named, name.slice(named.id.length + 1))];
  return members
    .filter(({ models, aliases }) => models.includes(name) || Object.hasOwn(aliases, name))
    .map((member) => idOf(member, name));
}

function keyOf(sticky: NonNullable<RouteEntry['sticky']>): NonNullable<RouteConfig['sticky']> {
  if (typeof sticky === 'boolean') return sticky;
  const { metadata: field } = sticky;
  return ({ metadata = {} }) => (Object.hasOwn(metadata, field) ? metadata[field] : undefined);
}

function isList(entry: RouteEntry | readonly string[]): entry is readonly string[] {
  return Array.isArray(entry);
}
