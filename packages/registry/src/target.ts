import type { Member } from './registration.ts';

/** Where a request can go: one model of one provider. */
export interface Target {
  /** `provider:model`, or the provider's id alone where its model is its own choice. */
  readonly id: string;
  readonly member: Member;
  readonly model: string | undefined;
}

/** The target for a model or alias of a provider; without one, for its default model. */
export function targetOf(member: Member, name?: string): Target {
  const model = name === undefined || name === '' ? member.defaultModel : aliased(member, name);
  return { id: model === undefined ? member.id : `${member.id}:${model}`, member, model };
}

function aliased({ aliases }: Member, name: string): string {
  return Object.hasOwn(aliases, name) ? (aliases[name] as string) : name;
}
