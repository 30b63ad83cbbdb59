import type { Member, Registry } from '@sluice/registry';
import type { Subject } from './check-target.ts';

/** What is to be asked, and what is not, with the reason. */
export interface Subjects {
  readonly asked: readonly Subject[];
  readonly left: readonly { readonly target: string; readonly name: string; readonly reason: string }[];
}

/**
 * The targets that requests can go to without naming one: those of the routes, of the default and of each provider's default
 * model; a target with several keys once for each.
 */
export function subjectsOf(registry: Registry): Subjects {
  const members = new Map(registry.providers.map((member) => [member.id, member]));
  const asked = new Map<string, Subject>();
  const left = new Map<string, Subjects['left'][number]>();
  for (const request of [undefined, ...registry.routes, ...members.keys()]) {
    for (const { target, provider, model } of candidatesOf(registry, request)) {
      const member = members.get(provider);
      if (!member) continue;
      const reason = disabledReason(member, model);
      if (reason !== undefined) left.set(target, { target, name: provider, reason });
      else for (const subject of withEachKey(target, member, model)) asked.set(keyOf(subject), subject);
    }
  }
  return { asked: [...asked.values()], left: [...left.values()] };
}

/** The candidates of a request, whatever the plan thinks of them. */
function candidatesOf(
  registry: Registry,
  model: string | undefined,
): ReturnType<Registry['plan']>['candidates'] {
  const messages = [{ role: 'user', content: 'Hello' }] as const;
  return registry.plan(model === undefined ? { messages } : { model, messages }).candidates;
}

function withEachKey(
  target: string,
  { id, credentials }: Member,
  model: string | undefined,
): readonly Subject[] {
  return credentials.map(({ name, provider }) => ({
    target,
    name: id,
    provider,
    ...(model === undefined ? {} : { model }),
    ...(credentials.length > 1 ? { credential: name } : {}),
  }));
}

function keyOf({ target, credential }: Subject): string {
  return JSON.stringify([target, credential]);
}

function disabledReason(member: Member, model: string | undefined): string | undefined {
  const { disabled } = member.settingsOf(model);
  if (disabled === undefined || disabled === false) return undefined;
  return typeof disabled === 'string' ? disabled : 'it is disabled';
}
