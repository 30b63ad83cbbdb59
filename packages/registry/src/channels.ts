import { type Channel, channel } from 'node:diagnostics_channel';
import type { FinishReason, RouteAttempt, RouteDecision, Usage } from '@sluice/core';
import type { BreakerChange } from './health/breaker.ts';
import type { Cooldown } from './health/cooldowns.ts';

/** What every event tells: whose it is. */
export interface RegistryEvent {
  /** Id of the registry. */
  readonly registry: string;
  /** Its `instance`, which no other registry of this process has. */
  readonly instance: number;
}

/** `sluice:route`: a call has its answer, or has failed for good. */
export interface RouteEvent extends RegistryEvent {
  readonly route: RouteDecision;
  /** The code of the error that the caller gets; nothing if an answer began. */
  readonly code?: string;
  /** From the call to this moment, in milliseconds. */
  readonly durationMs: number;
}

/** `sluice:attempt`: one attempt has begun to answer, or has failed. */
export interface AttemptEvent extends RegistryEvent {
  readonly requested: string;
  readonly attempt: RouteAttempt;
}

/** `sluice:stream`: an answer has ended, in whatever way. */
export interface StreamEvent extends RegistryEvent {
  readonly target: string;
  readonly outcome: 'finished' | 'failed' | 'cancelled';
  /** Code of the error, where it failed. */
  readonly code?: string;
  readonly finishReason?: FinishReason;
  readonly usage?: Usage;
  /** From the start of its attempt to its end, in milliseconds. */
  readonly durationMs: number;
}

/** `sluice:breaker`: the breaker of a target has changed its state. */
export interface BreakerEvent extends RegistryEvent, BreakerChange {}

/** `sluice:cooldown`: something is left alone from now on, or for longer. */
export interface CooldownEvent extends RegistryEvent, Cooldown {
  /** In milliseconds from now. */
  readonly forMs: number;
}

/** `sluice:hedge`: a second attempt begins beside one that is slow to answer. */
export interface HedgeEvent extends RegistryEvent {
  readonly requested: string;
  readonly slow: string;
  readonly target: string;
  /** How long the first has kept silent, in milliseconds. */
  readonly afterMs: number;
}

/** `sluice:resume`: an answer that had begun failed, and another target takes it up. */
export interface ResumeEvent extends RegistryEvent {
  readonly mode: 'continue' | 'restart';
  readonly from: string;
  readonly to: string;
  /** Why the first one failed. */
  readonly code: string;
}

/** `sluice:queue`: a request waits for a slot of the only target that is left. */
export interface QueueEvent extends RegistryEvent {
  readonly target: string;
  /** How many wait there, this one included. */
  readonly waiting: number;
}

interface Events {
  readonly route: RouteEvent;
  readonly attempt: AttemptEvent;
  readonly stream: StreamEvent;
  readonly breaker: BreakerEvent;
  readonly cooldown: CooldownEvent;
  readonly hedge: HedgeEvent;
  readonly resume: ResumeEvent;
  readonly queue: QueueEvent;
}

/** A channel that is asked first whether anybody listens: what nobody reads is never made. */
export interface EventChannel<Event> {
  readonly hasSubscribers: boolean;
  publish(event: Event): void;
}

function named<Name extends keyof Events>(name: Name): EventChannel<Events[Name]> {
  const made: Channel = channel(`sluice:${name}`);
  return made as EventChannel<Events[Name]>;
}

/**
 * The events of every registry of the process, on `node:diagnostics_channel` as `sluice:<name>`. They hold no credential and no
 * text of a prompt or an answer. A subscriber runs within the call: it should be quick.
 *
 * @example
 * import { subscribe } from 'node:diagnostics_channel';
 * subscribe('sluice:breaker', (event) => console.error(event.key, event.from, '→', event.to, event.reason));
 */
export const channels: { readonly [Name in keyof Events]: EventChannel<Events[Name]> } = {
  route: named('route'),
  attempt: named('attempt'),
  stream: named('stream'),
  breaker: named('breaker'),
  cooldown: named('cooldown'),
  hedge: named('hedge'),
  resume: named('resume'),
  queue: named('queue'),
};
