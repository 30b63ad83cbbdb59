import {
  type CallOptions,
  type CallScope,
  type ChatEventSource,
  type ChatRequest,
  resolveTimeouts,
} from '@sluice/core';
import { draw } from './distribution.ts';
import { holdsAt, type Incident, nextStartMs, type OutageKind } from './incidents.ts';
import { type CallFailure, SimulatedCall } from './simulated-call.ts';
import {
  type SimulatedFailure,
  type SimulatedTarget,
  usualAnswerTokens,
  usualFirstTokenMs,
  usualTokensPerSecond,
} from './simulated-target.ts';
import type { TargetRecord } from './target-record.ts';
import { createUpstreamRateLimit, type UpstreamRateLimit } from './upstream-rate-limit.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** How long a refusal takes: a round trip. */
const refusalMs = 10;
const usualFailureMs = 50;
const usualMaxQueued = 1_000;

type Outage = Extract<Incident, { readonly kind: 'outage' }>;

/** What an upstream is made with. */
export interface UpstreamInputs {
  readonly target: SimulatedTarget;
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly record: TargetRecord;
}

/** The other side of the wire: decides what becomes of each call, and when. A call costs one event before its answer and one at its end. */
export class SimulatedUpstream {
  readonly target: SimulatedTarget;
  readonly clock: VirtualClock;
  readonly record: TargetRecord;
  readonly #random: () => number;
  readonly #rateLimit: UpstreamRateLimit | undefined;
  readonly #outages: readonly Outage[];
  readonly #before: readonly SimulatedFailure[];
  readonly #after: readonly SimulatedFailure[];
  readonly #queue = new Set<SimulatedCall>();
  #running = 0;

  constructor({ target, clock, random, record }: UpstreamInputs) {
    this.target = target;
    this.clock = clock;
    this.record = record;
    this.#random = random;
    this.#rateLimit = target.rateLimit && createUpstreamRateLimit(target.rateLimit);
    this.#outages = (target.incidents ?? []).filter((incident) => incident.kind === 'outage');
    this.#before = (target.failures ?? []).filter(({ when }) => when !== 'after');
    this.#after = (target.failures ?? []).filter(({ when }) => when === 'after');
  }

  /** Takes a call. Resolves when its answer begins. */
  open(request: ChatRequest, options: CallOptions, scope: CallScope): Promise<ChatEventSource> {
    const call = new SimulatedCall(this, request, resolveTimeouts(options.timeout), scope);
    this.#receive(call);
    return call.opened;
  }

  /** Its turn begins. */
  serve(call: SimulatedCall): void {
    const nowMs = this.clock.now();
    this.#running += 1;
    call.hasSlot = true;
    const slowness = this.#slowness(nowMs);
    const answersAt = nowMs + draw(this.target.firstTokenMs ?? usualFirstTokenMs, this.#random) * slowness;
    if (this.#breaksOff(call, nowMs, Math.min(answersAt, call.firstTokenBy))) return;
    if (answersAt > call.firstTokenBy) call.failAt(call.firstTokenBy, call.tooLate);
    else call.answerAt(answersAt);
  }

  /** Its answer has begun: how it goes on. */
  stream(call: SimulatedCall): void {
    const nowMs = this.clock.now();
    const { answerTokens = usualAnswerTokens, tokensPerSecond = usualTokensPerSecond } = this.target;
    const tokens = Math.max(1, Math.round(Math.min(call.maxTokens, draw(answerTokens, this.#random))));
    const speed = draw(tokensPerSecond, this.#random) / this.#slowness(nowMs);
    const endsAt = nowMs + (tokens / speed) * 1000;
    const failure = this.#drawn(this.#after);
    const failsAt = failure ? nowMs + (endsAt - nowMs) * this.#random() : Number.POSITIVE_INFINITY;
    if (this.#breaksOff(call, nowMs, Math.min(endsAt, failsAt, call.endBy))) return;
    if (Math.min(endsAt, failsAt) > call.endBy) call.failAt(call.endBy, { code: 'deadline-exceeded' });
    else if (failure) call.failAt(failsAt, { code: failure.code });
    else call.finishAt(endsAt, tokens);
  }

  /** A call is over, in whatever way. */
  leave(call: SimulatedCall): void {
    this.#queue.delete(call);
    if (!call.hasSlot) return;
    call.hasSlot = false;
    this.#running -= 1;
    const [next] = this.#queue;
    if (!next || this.#isFull()) return;
    this.#queue.delete(next);
    next.calledOff();
    const outage = this.#outageAt(this.clock.now());
    if (outage) this.#turnAway(next, outage.how);
    else this.serve(next);
  }

  #receive(call: SimulatedCall): void {
    const nowMs = this.clock.now();
    const outage = this.#outageAt(nowMs);
    const refusal = outage ? undefined : this.#refusal(nowMs);
    if (outage) this.#turnAway(call, outage.how);
    else if (refusal) call.failAt(nowMs + refusal.afterMs, refusal);
    else if (!this.#isFull() || this.target.capacity?.beyond === 'slow') this.serve(call);
    else this.#queueUp(call);
  }

  /** Whether it takes no call now, or not this one. */
  #refusal(nowMs: number): (CallFailure & { readonly afterMs: number }) | undefined {
    const tooMany = this.#rateLimit?.refuses(nowMs);
    if (tooMany) return { code: 'rate-limited', status: 429, afterMs: refusalMs, ...tooMany };
    const failure = this.#drawn(this.#before) ?? this.#failingAt(nowMs);
    if (failure)
      return { code: failure.code, afterMs: draw(failure.afterMs ?? usualFailureMs, this.#random) };
    const { capacity } = this.target;
    if (!capacity || capacity.beyond === 'slow' || !this.#isFull()) return undefined;
    const places = capacity.beyond === 'queue' ? (capacity.maxQueued ?? usualMaxQueued) : 0;
    return this.#queue.size < places ? undefined : { code: 'overloaded', status: 503, afterMs: refusalMs };
  }

  #queueUp(call: SimulatedCall): void {
    this.#queue.add(call);
    call.failAt(call.firstTokenBy, call.tooLate);
  }

  /** What an outage does to a call that comes while it lasts. */
  #turnAway(call: SimulatedCall, how: OutageKind = 'refused'): void {
    const nowMs = this.clock.now();
    if (how === 'refused') call.failAt(nowMs + refusalMs, { code: 'network', sent: 'no' });
    else if (how === 'unreachable') call.failAt(call.connectedBy, { code: 'connect-timeout', sent: 'no' });
    else call.failAt(call.firstTokenBy, call.tooLate);
  }

  /** Whether an outage begins before the next step of a call is done; then that is its end. */
  #breaksOff(call: SimulatedCall, nowMs: number, beforeMs: number): boolean {
    for (const outage of this.#outages) {
      const startsAt = nextStartMs(outage, nowMs);
      if (startsAt >= beforeMs) continue;
      if (outage.how === undefined || outage.how === 'refused') call.failAt(startsAt, { code: 'network' });
      else call.fallSilentAt(startsAt);
      return true;
    }
    return false;
  }

  #outageAt(nowMs: number): Outage | undefined {
    for (const outage of this.#outages) if (holdsAt(outage, nowMs)) return outage;
    return undefined;
  }

  #failingAt(nowMs: number): SimulatedFailure | undefined {
    for (const incident of this.target.incidents ?? []) {
      if (incident.kind === 'failing' && holdsAt(incident, nowMs) && this.#random() < incident.share)
        return incident;
    }
    return undefined;
  }

  #drawn(failures: readonly SimulatedFailure[]): SimulatedFailure | undefined {
    if (failures.length === 0) return undefined;
    let left = this.#random();
    for (const failure of failures) {
      left -= failure.share;
      if (left < 0) return failure;
    }
    return undefined;
  }

  /** By how much everything takes longer now. */
  #slowness(nowMs: number): number {
    let factor = 1;
    for (const incident of this.target.incidents ?? []) {
      if (incident.kind === 'slow' && holdsAt(incident, nowMs)) factor *= incident.factor;
    }
    const { capacity } = this.target;
    if (capacity?.beyond === 'slow') factor *= Math.max(1, this.#running / capacity.concurrent);
    return factor;
  }

  #isFull(): boolean {
    return this.#running >= (this.target.capacity?.concurrent ?? Number.POSITIVE_INFINITY);
  }
}
