import {
  ChatError,
  type ChatErrorCode,
  longestRetryAfterMs,
  type PartialAnswer,
  type RouteAttempt,
  type RouteDecision,
  type Sent,
} from '@sluice/core';
import { headlineOf } from './headline.ts';
import { printable } from './printable.ts';

/** The brand by which `ChatError.is` knows a `ChatError`, also across copies of core. */
const brand: symbol = Symbol.for('sluice.ChatError');

/** In UTF-16 units. */
const longestLine = 2_000;

/** From doubtful to certain that an upstream did work. */
const bySent: readonly Sent[] = ['no', 'maybe', 'yes'];

/** What an `AllTargetsFailedError` is made of. */
export interface FailedAttempts {
  /** In the order of the attempts. One that another made useless has none: hedges. */
  readonly errors: readonly [ChatError, ...ChatError[]];
  readonly route: RouteDecision;
  /** Why nothing else was tried, where the plan had more: `maxAttempts`, or a failure that ends the call. */
  readonly stopped?: string | undefined;
}

/**
 * Every target that was tried failed. It is an `AggregateError` with the failures as `errors`, and a `ChatError` (check it
 * with `ChatError.is`) that speaks for the most informative of them: its `code`, `status`, `provider` and `body`. The message
 * names each target and why, one line each. `cause` is that failure itself.
 */
export class AllTargetsFailedError extends AggregateError implements ChatError {
  override readonly name: string = 'AllTargetsFailedError';
  override readonly errors: ChatError[];
  readonly code: ChatErrorCode;
  // `declare`: what was not given is not there, rather than there and undefined wherever errors are printed.
  declare provider?: string;
  declare model?: string;
  declare readonly status?: number;
  /** The shortest wait that a rate-limited target asked for, in milliseconds; else the headline's own. */
  declare readonly retryAfterMs?: number;
  /** The most that any attempt may have cost upstream. */
  sent: Sent;
  declare partial?: PartialAnswer;
  declare readonly body?: string;
  readonly attempts: readonly RouteAttempt[];
  readonly route: RouteDecision;

  constructor({ errors, route, stopped }: FailedAttempts) {
    const headline = headlineOf(errors);
    super(errors, messageOf(route, stopped), { cause: headline });
    Object.defineProperty(this, brand, { value: true });
    this.errors = [...errors];
    this.code = headline.code;
    this.attempts = route.attempts;
    this.route = route;
    this.sent = bySent[Math.max(...errors.map(({ sent }) => bySent.indexOf(sent)))] ?? 'maybe';
    const retryAfterMs = shortestWait(errors) ?? aWait(headline.retryAfterMs);
    if (headline.provider !== undefined) this.provider = headline.provider;
    if (headline.model !== undefined) this.model = headline.model;
    if (headline.status !== undefined) this.status = headline.status;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
    // Not enumerable: what an upstream said is not to be printed with the error (decision 0010).
    if (headline.partial !== undefined) {
      Object.defineProperty(this, 'partial', { value: headline.partial, writable: true, configurable: true });
    }
    if (headline.body !== undefined) this.body = headline.body;
  }

  /** For logs, as of any `ChatError`, with the attempts. */
  toJSON(): Record<string, unknown> {
    return { ...ChatError.prototype.toJSON.call(this), attempts: this.attempts };
  }
}

function shortestWait(errors: readonly ChatError[]): number | undefined {
  const waits = errors.flatMap(({ code, retryAfterMs }) =>
    code === 'rate-limited' ? (aWait(retryAfterMs) ?? []) : [],
  );
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** What a provider gives out as a wait, where it is one: no longer than its target rests. */
function aWait(retryAfterMs: number | undefined): number | undefined {
  return retryAfterMs !== undefined && retryAfterMs >= 0
    ? Math.min(retryAfterMs, longestRetryAfterMs)
    : undefined;
}

function messageOf({ attempts, plan }: RouteDecision, stopped: string | undefined): string {
  const lines = attempts.map(({ target, outcome, message }) => `${target}: ${message ?? ''} (${outcome})`);
  const tried = new Set(attempts.map(({ target }) => target));
  const left = plan.filter((target) => !tried.has(target));
  if (stopped !== undefined && left.length > 0) lines.push(`not tried: ${left.join(', ')} (${stopped})`);
  const shown = lines.map((line) => printable(line, longestLine));
  return shown.length === 1
    ? `no target answered: ${shown[0]}`
    : ['no target answered:', ...shown].join('\n  ');
}
