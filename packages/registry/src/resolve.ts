import { bounded, closest } from '@sluice/core';
import { candidatesFor } from './candidates.ts';
import type { Directory, Keep } from './directory.ts';
import { NoTargetError } from './no-target-error.ts';
import type { Route, Routes } from './routes.ts';

/** What a requested name stands for. */
export interface Resolution {
  /** The name as it was asked for; `default` where there was none. */
  readonly requested: string;
  readonly route: Route;
}

/** The longest name that is worth a suggestion or a place in a decision, in UTF-16 units. */
const longestName = 200;
/** The longest name that is asked for though nobody lists it, in UTF-16 units: names come from callers, and targets are remembered. */
const longestUnlisted = 1_000;
/** The most providers that a message names. */
const mostListed = 8;

/**
 * Finds out what is meant: nothing (the default), a route, `provider:model`, a provider, or a bare model, in this order.
 * Throws `NoTargetError` with the nearest known name for one that nobody has.
 */
export function resolve(
  name: string | undefined,
  directory: Directory,
  routes: Routes,
  keep: Keep,
): Resolution {
  if (name === undefined || name === '') {
    if (routes.default.targets.length > 0) return { requested: 'default', route: routes.default };
    throw notFound('no-target', 'no provider is registered', 'default');
  }
  const requested = bounded(name, longestName);
  const route = routes.named.get(name);
  if (route) return { requested, route };
  if (name.length > longestUnlisted && !directory.byModel.has(name) && !directory.members.has(name)) {
    const message = `no model has a name of ${name.length} characters (${JSON.stringify(requested)})`;
    throw notFound('model-not-found', message, requested);
  }
  const targets = candidatesFor(name, directory, keep);
  if (targets.length > 0) return { requested, route: routes.adHoc(name, targets) };
  throw notFound('model-not-found', whyUnknown(name, directory, routes), requested);
}

function whyUnknown(name: string, directory: Directory, routes: Routes): string {
  const providers = [...directory.members.keys()];
  const asked = JSON.stringify(bounded(name, longestName));
  if (providers.length === 0) return `no provider is registered, so none has the model ${asked}`;
  const near = name.length > longestName ? undefined : suggestion(name, directory, routes);
  const hint =
    near === undefined ? 'ask for provider:model if one of them takes it' : `did you mean ${near}?`;
  const noRoute = routes.named.size > 0 ? ', and no route has that name' : '';
  return `none of the providers ${listed(providers)} lists a model ${asked}${noRoute}; ${hint}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return `${names.slice(0, mostListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** The nearest name, with its provider where the provider was the part that was wrong. */
function suggestion(name: string, directory: Directory, routes: Routes): string | undefined {
  const known = [...routes.named.keys(), ...directory.members.keys(), ...directory.byModel.keys()];
  const near = closest(name, known);
  const colon = name.indexOf(':');
  if (near !== undefined || colon <= 0) return near;
  const provider = closest(name.slice(0, colon), directory.members.keys());
  return provider === undefined ? undefined : `${provider}${name.slice(colon)}`;
}

function notFound(code: 'no-target' | 'model-not-found', message: string, requested: string): NoTargetError {
  return new NoTargetError(code, message, {
    requested,
    strategy: 'none',
    candidates: [],
    plan: [],
    attempts: [],
  });
}
