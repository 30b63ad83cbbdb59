import { type ChatRequest, closest } from '@sluice/core';
import { candidatesFor, distinct } from './candidates.ts';
import type { Directory } from './directory.ts';
import { createFirstTokenQuantiles, type FirstTokenQuantiles } from './health/first-token-quantiles.ts';
import {
  type Condition,
  checkRouteOptions,
  type RouteOptions,
  type SettledOptions,
  settledOptions,
} from './route-options.ts';
import type { CanaryOptions } from './strategies/canary.ts';
import type { Strategy } from './strategies/rank.ts';
import { decorated, type StrategyOption, strategyOf } from './strategy-option.ts';
import type { Target } from './target.ts';

/** A name of one's own for a list of targets, and how they are chosen from. */
export interface RouteConfig extends RouteOptions {
  /** `provider:model`, `provider`, or a bare model, which stands for every provider that has it. Not another route. */
  readonly targets: readonly string[];
  /** In which order they are tried. Default: the registry's `strategy`. */
  readonly strategy?: StrategyOption;
  /**
   * Keeps requests with the same key at the same target, so that its prompt cache is worth something. `true`: by the
   * request's `user`; or a function that answers the key, or nothing for a request without one.
   */
  readonly sticky?: boolean | ((request: ChatRequest) => string | undefined);
  /** A target on trial, by its id `provider:model`, and its share of the requests. */
  readonly canary?: CanaryOptions;
  /** Who may take which requests, by target as it stands in `targets`. */
  readonly conditions?: { readonly [target: string]: Condition };
}

/** A route with its targets found and its options settled. */
export interface Route {
  /** Of the route, or the name that stands for its targets. */
  readonly name: string;
  readonly targets: readonly Target[];
  readonly strategy: string;
  readonly rank: Strategy;
  readonly keyOf: ((request: ChatRequest) => string | undefined) | undefined;
  readonly conditions: ReadonlyMap<Target, Condition> | undefined;
  readonly options: SettledOptions;
  /** How quick its answers began, where hedging asks for it. */
  readonly quantiles: FirstTokenQuantiles | undefined;
  /** Requests that went this way so far: what round-robin counts by. The one thing here that changes. */
  sequence: number;
}

/** The configured routes, the one for requests without a model, and how names without a route are served. */
export interface Routes {
  readonly named: ReadonlyMap<string, Route>;
  readonly default: Route;
  /** The route for what a name stands for that has none of its own. */
  adHoc(name: string, targets: readonly Target[]): Route;
}

/** What `createRoutes` reads of the configuration. */
export interface RoutesConfig extends RouteOptions {
  readonly routes?: { readonly [name: string]: RouteConfig | readonly string[] } | undefined;
  readonly default?: string | readonly string[] | undefined;
  readonly strategy?: StrategyOption | undefined;
}

/**
 * Finds the targets of every route, so that a typing error shows at the start and not at the first request. Throws a
 * `TypeError` that names the path.
 */
export function createRoutes(config: RoutesConfig, directory: Directory): Routes {
  const common = strategyOf(config.strategy ?? 'balanced', 'strategy');
  checkRouteOptions(config, '');
  const options = settledOptions(config);
  const byModel = new Map<string, Route>();

  const plain = (name: string, targets: readonly Target[]): Route => ({
    name,
    targets,
    strategy: common.name,
    rank: common.rank,
    keyOf: undefined,
    conditions: undefined,
    options,
    quantiles: quantilesFor(options),
    sequence: 0,
  });

  const configured = (name: string, value: RouteConfig | readonly string[]): Route => {
    const path = `routes[${JSON.stringify(name)}]`;
    checkName(name, path, directory);
    const route: RouteConfig = isList(value) ? { targets: value } : value;
    const strategy = route.strategy === undefined ? common : strategyOf(route.strategy, `${path}.strategy`);
    if (!isList(route.targets) || route.targets.length === 0) {
      throw new TypeError(`${path}.targets must name at least one target`);
    }
    checkRouteOptions(route, `${path}.`);
    const targets = findAll(route.targets, `${path}.targets`, directory);
    checkCanary(route.canary, targets, `${path}.canary`);
    const chosen = decorated(strategy, {
      isSticky: Boolean(route.sticky),
      canary: route.canary,
    });
    const own = settledOptions({ ...config, ...route });
    return {
      name,
      targets,
      strategy: chosen.name,
      rank: chosen.rank,
      keyOf: keyOf(route.sticky),
      conditions: conditionsOf(route, `${path}.conditions`, directory),
      options: own,
      quantiles: quantilesFor(own),
      sequence: 0,
    };
  };

  const named = new Map<string, Route>();
  for (const [name, value] of Object.entries(config.routes ?? {})) named.set(name, configured(name, value));

  const fallback = (wanted: string | readonly string[] | undefined): Route => {
    if (wanted === undefined) {
      const [first] = directory.members.keys();
      return plain('default', first === undefined ? [] : candidatesFor(first, directory));
    }
    if (isList(wanted)) {
      if (wanted.length === 0) throw new TypeError('default must name at least one target');
      return plain('default', findAll(wanted, 'default', directory));
    }
    return named.get(wanted) ?? plain('default', find(wanted, 'default', directory, named.keys()));
  };

  return {
    named,
    default: fallback(config.default),
    adHoc(name, targets) {
      // Names that are listed are few and keep their turn; any other stands for one target, which has no turns.
      if (!directory.byModel.has(name)) return plain(name, targets);
      const known = byModel.get(name) ?? plain(name, targets);
      byModel.set(name, known);
      return known;
    },
  };
}

function quantilesFor({ hedge }: SettledOptions): FirstTokenQuantiles | undefined {
  return hedge?.afterMs === 'p95' ? createFirstTokenQuantiles() : undefined;
}

function checkName(name: string, path: string, directory: Directory): void {
  const colon = name.indexOf(':');
  if (name === '' || directory.members.has(colon > 0 ? name.slice(0, colon) : name)) {
    throw new TypeError(`${path}: a route needs a name that is not a provider's`);
  }
}

function checkCanary(options: CanaryOptions | undefined, targets: readonly Target[], path: string): void {
  if (options === undefined) return;
  if (!targets.some(({ id }) => id === options.target)) {
    throw new TypeError(`${path}.target must be one of ${targets.map(({ id }) => id).join(', ')}`);
  }
  if (!(options.share >= 0 && options.share <= 1)) {
    throw new TypeError(`${path}.share must be a number from 0 to 1, got ${String(options.share)}`);
  }
}

function keyOf(sticky: RouteConfig['sticky']): Route['keyOf'] {
  if (typeof sticky === 'function') return sticky;
  return sticky ? ({ user }) => user : undefined;
}

function conditionsOf(route: RouteConfig, path: string, directory: Directory): Route['conditions'] {
  const { conditions } = route;
  if (conditions === undefined) return undefined;
  const found = new Map<Target, Condition>();
  for (const [name, condition] of Object.entries(conditions)) {
    const at = `${path}[${JSON.stringify(name)}]`;
    if (!route.targets.includes(name))
      throw new TypeError(`${at} must name a target as it stands in targets`);
    if (typeof condition !== 'function') throw new TypeError(`${at} must be a function of the request`);
    for (const target of candidatesFor(name, directory)) found.set(target, condition);
  }
  return found;
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
  const found = candidatesFor(name, directory, 'keep');
  if (found.length > 0) return found;
  const near = closest(name, [...directory.members.keys(), ...directory.byModel.keys(), ...others]);
  throw new TypeError(
    `${path}: no provider or model is named ${JSON.stringify(name)}${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
