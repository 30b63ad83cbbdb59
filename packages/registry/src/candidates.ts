import type { Directory } from './directory.ts';
import { type Target, targetOf } from './target.ts';

/**
 * The targets that a name stands for; empty if it is unknown.
 *
 * - `provider:model`: that model, known or not: the provider has the last word on its models.
 * - `provider`: its default model.
 * - a bare model id or alias: every provider that has it, in the order of registration.
 *
 * Model ids may hold colons and slashes (`llama3:8b`): what stands before the first colon counts as a provider only if one
 * is registered by that id.
 */
export function candidatesFor(name: string, { members, byModel }: Directory): readonly Target[] {
  const colon = name.indexOf(':');
  const prefixed = colon > 0 ? members.get(name.slice(0, colon)) : undefined;
  if (prefixed) return [targetOf(prefixed, name.slice(colon + 1))];
  const member = members.get(name);
  if (member) return [targetOf(member)];
  return byModel.get(name) ?? [];
}

/** The same targets, each once: the first mention counts. */
export function distinct(targets: Iterable<Target>): readonly Target[] {
  const seen = new Set<string>();
  const once: Target[] = [];
  for (const target of targets) {
    if (seen.has(target.id)) continue;
    seen.add(target.id);
    once.push(target);
  }
  return once;
}
