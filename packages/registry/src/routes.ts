import { closest } from '@sluice/core';
import { candidatesFor, distinct } from './candidates.ts';
import type { Directory } from './directory.ts';
import { type StrategyName, strategies } from './rank.ts';
import type { Target } from './target.ts';

/** A name of one's own for an ordered list of targets. */
export interface RouteConfig {
  /** `provider:model`, `provider`, or a bare model, which stands for every provider that has it. Not another route. */
  readonly targets: readonly string[];
  /** In which order they are tried. Default `ordered`: as they stand. */
  readonly strategy?: StrategyName;
}

/** A route with its targets found. */
export interface Route {
  readonly targets: readonly Target[];
  readonly strategy: StrategyName;
}

/** The configured routes, and the one for requests without a model. */
export interface Routes {
  readonly named: ReadonlyMap<string, Route>;
  readonly default: Route;
}

/** What `createRoutes` reads of the configuration. */
export interface RoutesConfig {
  readonly routes?: { readonly [name: string]: RouteConfig | readonly string[] } | undefined;
  readonly default?: string | readonly string[] | undefined;
}

/**
 * Finds the targets of every route, so that a typing error shows at the start and not at the first request. Throws a
 * `TypeError` that names the path.
 */
export function createRoutes(config: RoutesConfig, directory: Directory): Routes {
  const named = new Map<string, Route>();
  for (const [name, value] of Object.entries(config.routes ?? {})) {
    named.set(name, namedRoute(name, value, directory));
  }
  return { named, default: defaultRoute(config.default, named, directory) };
}

function namedRoute(name: string, value: RouteConfig | readonly string[], directory: Directory): Route {
  const path = `routes[${JSON.stringify(name)}]`;
  const colon = name.indexOf(':');
  if (name === '' || directory.members.has(colon > 0 ? name.slice(0, colon) : name)) {
    throw new TypeError(`${path}: a route needs a name that is not a provider's`);
  }
  const { targets, strategy = 'ordered' }: RouteConfig = isList(value) ? { targets: value } : value;
  if (!Object.hasOwn(strategies, strategy)) {
    throw new TypeError(`${path}.strategy must be one of ${Object.keys(strategies).join(', ')}`);
  }
  if (!isList(targets) || targets.length === 0) {
    throw new TypeError(`${path}.targets must name at least one target`);
  }
  return { strategy, targets: findAll(targets, `${path}.targets`, directory) };
}

function defaultRoute(
  wanted: string | readonly string[] | undefined,
  named: ReadonlyMap<string, Route>,
  directory: Directory,
): Route {
  if (wanted === undefined) {
    const [first] = directory.members.keys();
    return { strategy: 'ordered', targets: first === undefined ? [] : candidatesFor(first, directory) };
  }
  if (isList(wanted)) return { strategy: 'ordered', targets: findAll(wanted, 'default', directory) };
  return (
    named.get(wanted) ?? { strategy: 'ordered', targets: find(wanted, 'default', directory, named.keys()) }
  );
}

function findAll(names: readonly string[], path: string, directory: Directory): readonly Target[] {
  return distinct(names.flatMap((name, index) => find(name, `${path}[${index}]`, directory)));
}

function find(
  name: string,
  path: string,
  directory: Directory,
  others: Iterable<string> = [],
): readonly Target[] {
  const found = candidatesFor(name, directory);
  if (found.length > 0) return found;
  const near = closest(name, [...directory.members.keys(), ...directory.byModel.keys(), ...others]);
  throw new TypeError(
    `${path}: no provider or model is named ${JSON.stringify(name)}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
