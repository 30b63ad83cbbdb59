import type { ChatProvider } from '@sluice/core';
import { type Member, memberOf, type Registration } from './registration.ts';
import { type Target, targetOf } from './target.ts';

/** Every registered provider, and which of them have a model by a given name. */
export interface Directory {
  /** By provider id, in the order of registration. */
  readonly members: ReadonlyMap<string, Member>;
  /** By model id or alias. Built once, so that a request costs one look-up. */
  readonly byModel: ReadonlyMap<string, readonly Target[]>;
}

/** Throws a `TypeError` that names the entry: no provider, or an id that is taken. */
export function createDirectory(sources: readonly (ChatProvider | Registration)[]): Directory {
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
  return { members, byModel: indexModels(members.values()) };
}

function indexModels(members: Iterable<Member>): Map<string, Target[]> {
  const byModel = new Map<string, Target[]>();
  for (const member of members) {
    for (const name of new Set([...member.models, ...Object.keys(member.aliases)])) {
      const found = byModel.get(name);
      if (found) found.push(targetOf(member, name));
      else byModel.set(name, [targetOf(member, name)]);
    }
  }
  return byModel;
}
