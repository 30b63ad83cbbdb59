import type { Directory, Keep } from './directory.ts';
import type { Target } from './target.ts';

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
export function candidatesFor(name: string, directory: Directory, keep: Keep = 'peek'): readonly Target[] {
  const { members, byModel } = directory;
  const colon = name.indexOf(':');
  const prefixed = colon > 0 ? members.get(name.slice(0, colon)) : undefined;
  if (prefixed) return [directory.target(prefixed, name.slice(colon + 1), keep)];
  const member = members.get(name);
  if (member) return [directory.target(member, undefined, keep)];
  return byModel.get(name) ?? [];
}

/** The same targets, each once: the first mention counts. */
export function distinct(targets: readonly Target[]): readonly Target[] {
  return targets.length < 2 ? targets : [...new Set(targets)];
}
