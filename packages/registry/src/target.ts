import type { Member } from './registration.ts';
import type { RankTarget } from './strategies/rank.ts';
import type { TargetSettings } from './target-settings.ts';
import type { TargetState } from './target-state.ts';

/** Where a request can go: one model of one provider, with what is known of it. Strategies see it as a `RankTarget`. */
export class Target implements RankTarget {
  /** `provider:model`, or the provider's id alone where its model is its own choice. */
  readonly id: string;
  readonly provider: string;
  readonly member: Member;
  readonly model: string | undefined;
  readonly weight: number;
  readonly costPerMillionTokens: number | undefined;
  /** Why it gets no requests, if so. */
  readonly disabled: string | undefined;
  readonly state: TargetState;

  constructor(member: Member, model: string | undefined, stateOf: StateFactory) {
    const settings = member.settingsOf(model);
    this.id = model === undefined ? member.id : `${member.id}:${model}`;
    this.provider = member.id;
    this.member = member;
    this.model = model;
    this.weight = settings.weight ?? 1;
    this.costPerMillionTokens = settings.cost;
    this.disabled = disabledReason(settings);
    this.state = stateOf(this.id, member, settings);
  }

  get inFlight(): number {
    return this.state.health.inFlight;
  }

  get awaiting(): number {
    return this.state.health.awaiting;
  }

  successRate(nowMs: number): number {
    return this.state.health.successRate(nowMs);
  }

  firstTokenMs(nowMs: number): number {
    return this.state.health.firstTokenMs(nowMs);
  }

  tokensPerSecond(nowMs: number): number {
    return this.state.health.tokensPerSecond(nowMs);
  }
}

/** Makes the state of a target that is met for the first time. */
export type StateFactory = (id: string, member: Member, settings: TargetSettings) => TargetState;

function disabledReason({ disabled }: TargetSettings): string | undefined {
  if (disabled === undefined || disabled === false) return undefined;
  return typeof disabled === 'string' && disabled !== '' ? `disabled: ${disabled}` : 'disabled';
}
