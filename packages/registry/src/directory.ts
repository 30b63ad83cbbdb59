import type { ChatProvider } from '@sluice/core';
import { type Member, memberOf, type Registration } from './registration.ts';
import { type StateFactory, Target } from './target.ts';

/** Every registered provider, which of them have a model by a given name, and the targets that they make. */
export interface Directory {
  /** By provider id, in the order of registration. */
  readonly members: ReadonlyMap<string, Member>;
  /** By model id or alias. Built once, so that a request costs one look-up. */
  readonly byModel: ReadonlyMap<string, readonly Target[]>;
  /**
   * The target for a model or alias of a provider; without one, for its default model. The same name gives the same target, as
   * long as it is kept: listed models and those of routes for ever, others (`keep: 'recent'`) among the recent ones. `peek`
   * keeps nothing, for plans.
   */
  target(member: Member, name: string | undefined, keep: Keep): Target;
  /** A target by its id, if it is remembered. */
  known(id: string): Target | undefined;
  /** Every target that is known now. */
  targets(): Iterable<Target>;
}

/** How long a target is to be remembered. */
export type Keep = 'keep' | 'recent' | 'peek';

/** The most targets of models that nobody listed: names come from callers, and memory is bounded. */
const mostRecent = 1_000;

/** Throws a `TypeError` that names the entry: no provider, or an id that is taken. */
export function createDirectory(
  sources: readonly (ChatProvider | Registration)[],
  stateOf: StateFactory,
): Directory {
  const members = new Map<string, Member>();
  for (const [index, source] of sources.entries()) {
    const path = `providers[${index}]`;
    const member = memberOf(source, path);
    if (members.has(member.id)) {
      const taken = [...members.keys()].indexOf(member.id);
      throw new TypeError(
        `${path} has the id ${JSON.stringify(member.id)} of providers[${taken}]: give one of them another id`,
      );
    }
    members.set(member.id, member);
  }
  const kept = new Map<string, Target>();
  const recent = new Map<string, Target>();

  const target: Directory['target'] = (member, name, keep) => {
    const model = name === undefined || name === '' ? member.defaultModel : aliased(member, name);
    const id = model === undefined ? member.id : `${member.id}:${model}`;
    const known = kept.get(id) ?? recent.get(id);
    if (known && (keep !== 'keep' || kept.has(id))) return known;
    const made = known ?? new Target(member, model, stateOf);
    if (keep === 'keep') {
      kept.set(id, made);
      recent.delete(id);
    } else if (keep === 'recent') {
      recent.set(id, made);
      if (recent.size > mostRecent) forgetOne(recent);
    }
    return made;
  };

  return {
    members,
    byModel: indexModels(members.values(), target),
    target,
    known: (id) => kept.get(id) ?? recent.get(id),
    *targets() {
      yield* kept.values();
      yield* recent.values();
    },
  };
}

/** The oldest that serves nobody; of targets that all serve somebody, the oldest. */
function forgetOne(recent: Map<string, Target>): void {
  let oldest: string | undefined;
  for (const [id, { inFlight }] of recent) {
    oldest ??= id;
    if (inFlight > 0) continue;
    oldest = id;
    break;
  }
  if (oldest !== undefined) recent.delete(oldest);
}

function indexModels(members: Iterable<Member>, target: Directory['target']): Map<string, Target[]> {
  const byModel = new Map<string, Target[]>();
  for (const member of members) {
    target(member, undefined, 'keep');
    for (const name of new Set([...member.models, ...Object.keys(member.aliases)])) {
      const found = byModel.get(name);
      if (found) found.push(target(member, name, 'keep'));
      else byModel.set(name, [target(member, name, 'keep')]);
    }
  }
  return byModel;
}

function aliased({ aliases }: Member, name: string): string {
  return Object.hasOwn(aliases, name) ? (aliases[name] as string) : name;
}
