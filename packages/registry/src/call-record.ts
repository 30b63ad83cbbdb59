import {
  type CallOptions,
  type ChatError,
  type ChatRequest,
  promptTexts,
  type RouteAttempt,
  type RouteDecision,
  redact,
} from '@sluice/core';
import type { Settled } from './attempt.ts';
import { channels, type RegistryEvent } from './channels.ts';
import type { Cooldown } from './health/cooldowns.ts';
import { printable } from './printable.ts';

/** The longest account of a failure in a decision, in UTF-16 units. */
const longestMessage = 400;

/** How an attempt came about. */
export interface AttemptNotes {
  readonly waitedMs?: number | undefined;
  readonly hedged?: boolean | undefined;
  readonly resumed?: 'continue' | 'restart' | undefined;
}

/** What one call writes down: the decision that its stream or its error carries, and the events for whoever listens. */
export class CallRecord {
  /** The same object from the beginning to the end; its attempts grow. */
  readonly route: RouteDecision;
  readonly errors: ChatError[] = [];
  readonly #origin: RegistryEvent;
  readonly #request: ChatRequest;
  readonly #options: CallOptions;
  readonly #attempts: RouteAttempt[];

  /** `decision`: of this call alone, with no attempts yet. */
  constructor(origin: RegistryEvent, decision: RouteDecision, request: ChatRequest, options: CallOptions) {
    this.#origin = origin;
    this.#request = request;
    this.#options = options;
    this.route = decision;
    this.#attempts = decision.attempts as RouteAttempt[];
  }

  served({ attempt, durationMs }: Settled, notes: AttemptNotes): void {
    const { lease } = attempt;
    (this.route as { target?: string }).target = lease.target.id;
    const base = this.#base(lease.target.id, 'served', durationMs, lease.credential);
    this.#add(isUsual(notes) ? base : { ...base, ...said(notes) });
  }

  /** An attempt that failed before its answer began. Whatever a provider puts into its errors, a decision repeats neither credentials nor the prompt. */
  failed(
    { attempt, durationMs }: Settled,
    error: ChatError,
    cooldown: Cooldown | undefined,
    notes: AttemptNotes,
    nowMs: number,
  ): void {
    const { target, credential } = attempt.lease;
    this.errors.push(error);
    this.#add({
      ...this.#base(target.id, error.code, durationMs, credential),
      message: this.#safe(error.message),
      ...(error.status === undefined ? {} : { status: error.status }),
      ...said(notes),
      ...(cooldown === undefined
        ? {}
        : { cooled: { what: cooldown.scope, forMs: Math.round(cooldown.untilMs - nowMs) } }),
    });
  }

  /** An attempt that another one of the same call made useless, by its answer or by a failure that ends the call. */
  lost({ attempt, durationMs, error }: Settled, by: Settled, notes: AttemptNotes): void {
    const { target, credential } = attempt.lease;
    const other = by.attempt.lease.target.id;
    // The end of the time is no single attempt's: all that are under way end with it.
    const outcome = (by.error && error?.code) ?? 'aborted';
    this.#add({
      ...this.#base(target.id, outcome, durationMs, credential),
      message: by.error ? `${other} ended the call (${by.error.code})` : `${other} answered first`,
      ...said(notes),
    });
  }

  /** The answer of the last attempt that served broke off. */
  broke(error: ChatError): void {
    const at = this.#attempts.findLastIndex(({ outcome }) => outcome === 'served');
    const served = this.#attempts[at];
    if (served) this.#attempts[at] = { ...served, message: `broke off: ${error.code}` };
  }

  #add(attempt: RouteAttempt): void {
    this.#attempts.push(attempt);
    if (channels.attempt.hasSubscribers) {
      channels.attempt.publish({ ...this.#origin, requested: this.route.requested, attempt });
    }
  }

  #base(
    target: string,
    outcome: RouteAttempt['outcome'],
    durationMs: number,
    credential: string | undefined,
  ): RouteAttempt {
    const base = { target, outcome, durationMs: tenths(durationMs) };
    return credential === undefined ? base : { ...base, credential };
  }

  #safe(message: string): string {
    const prompts = promptTexts(this.#request.messages);
    const safe = redact(message, { prompts, credentials: credentialsOf(this.#options) });
    return printable(safe.replace(/\s+/g, ' '), longestMessage);
  }
}

const secretHeader = /auth|cookie|key|token|secret|password|session/i;

/** What a caller may have put into the options of a call that nobody is to see. */
function credentialsOf({ headers = {}, proxy }: CallOptions): readonly string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => (secretHeader.test(name) ? [value] : []));
  const password = typeof proxy === 'string' ? URL.parse(proxy)?.password : undefined;
  return password === undefined || password === '' ? values : [...values, password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** There is nothing to say of how it came about. */
function isUsual({ waitedMs, hedged, resumed }: AttemptNotes): boolean {
  return waitedMs === undefined && !hedged && resumed === undefined;
}

function said({ waitedMs, hedged, resumed }: AttemptNotes): Partial<RouteAttempt> {
  return {
    ...(waitedMs === undefined ? {} : { waitedMs: tenths(waitedMs) }),
    ...(hedged ? { hedged } : {}),
    ...(resumed === undefined ? {} : { resumed }),
  };
}

function tenths(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}
