import {
  type CallOptions,
  ChatError,
  type ChatRequest,
  type ChatStream,
  errorPolicies,
  type RouteDecision,
  requestNeeds,
  type Timeouts,
} from '@sluice/core';
import { AllTargetsFailedError } from './all-targets-failed-error.ts';
import { Attempt, type Settled } from './attempt.ts';
import { CallLife } from './call-life.ts';
import { limitsOf, limitsOfAttempt, noLimits, totalOf } from './call-limits.ts';
import { type AttemptNotes, CallRecord } from './call-record.ts';
import { channels } from './channels.ts';
import { leftOutWarnings, requestFor } from './dropped-features.ts';
import type { Engine } from './engine.ts';
import { race } from './hedge.ts';
import type { Lease } from './lease.ts';
import { LeaseSource, type NextLease } from './lease-source.ts';
import { deadlineShareMs } from './limits/deadline-share.ts';
import { estimateTokens } from './limits/target-limits.ts';
import { NoTargetError } from './no-target-error.ts';
import { type Plan, refusedByAll } from './plan.ts';
import type { ResumeMode, SettledOptions } from './route-options.ts';

/**
 * One request on its way: attempts one after the other (or two beside each other, where the route hedges) until an answer
 * begins. It owns every retry that there is; providers make none.
 */
export class Call {
  readonly route: RouteDecision;
  readonly #engine: Engine;
  readonly #plan: Plan;
  readonly #options: CallOptions;
  readonly #policy: SettledOptions;
  readonly #limits: Timeouts;
  readonly #life: CallLife;
  readonly #record: CallRecord;
  readonly #leases: LeaseSource;
  readonly #startedAt: number;
  #request: ChatRequest;
  #resumed: ResumeMode | undefined;
  #made = 0;
  #served: Lease | undefined;
  #stopped: string | undefined;
  readonly #isResumable: boolean;

  /** `isResumable`: it outlives the answer that it begins with, until `end`. */
  constructor(engine: Engine, plan: Plan, request: ChatRequest, options: CallOptions, isResumable: boolean) {
    this.#engine = engine;
    this.#plan = plan;
    this.#request = request;
    this.#options = options;
    this.#policy = plan.resolution.route.options;
    this.#limits = limitsOf(options, engine.timeouts);
    this.#startedAt = engine.timers.now();
    this.#isResumable = isResumable;
    this.#life = new CallLife(engine.timers, totalOf(this.#limits), options.signal, isResumable);
    this.#record = new CallRecord(engine.origin, plan.decision, request, options);
    this.#leases = new LeaseSource(engine, this.#life, plan);
    this.route = this.#record.route;
  }

  /**
   * The answer, once it has begun. Throws `AllTargetsFailedError`, `NoTargetError` if nobody could be asked, or `aborted` as
   * soon as the caller aborts: that is nobody's failure. The call's timer and listener live until the answer ends, or until
   * `end` where it is resumable.
   */
  async open(): Promise<ChatStream> {
    try {
      const stream = await this.#answer();
      if (!stream) throw this.#failure();
      this.#tellRoute(undefined);
      return stream;
    } catch (thrown) {
      this.#life.close();
      const error = this.#explained(thrown);
      this.#tellRoute(ChatError.is(error) ? error.code : 'internal');
      throw error;
    }
  }

  /**
   * The answer broke off after it had begun: another target takes it up, with this request. Nothing if none can, or may. Throws
   * if the call itself has ended meanwhile.
   */
  async takeUp(
    request: ChatRequest,
    mode: ResumeMode,
    broken: ChatError,
    from: string,
  ): Promise<ChatStream | undefined> {
    if (this.#life.error || errorPolicies[broken.code].tryNext !== 'yes') return undefined;
    const needs = requestNeeds(request);
    this.#leases.judgeBy({
      request,
      needs,
      tokens: estimateTokens(needs.inputChars, request.maxOutputTokens),
    });
    if (this.#served) this.#leases.failed(this.#served, broken, true);
    this.#request = request;
    this.#resumed = mode;
    this.#life.uncommitted();
    try {
      const stream = await this.#answer();
      if (!stream && this.#life.error) throw this.#life.error;
      if (stream && channels.resume.hasSubscribers) {
        const to = this.route.target ?? '';
        channels.resume.publish({ ...this.#engine.origin, mode, from, to, code: broken.code });
      }
      return stream;
    } catch {
      if (this.#life.error) throw this.#life.error;
      // What the reader should know is how the answer broke off.
      return undefined;
    }
  }

  /** The reader of a resumable call has left. */
  abort(): void {
    this.#life.cancel(new ChatError('aborted', 'the stream was cancelled', { sent: 'yes' }));
  }

  /** A resumable call is over. */
  end(): void {
    this.#life.close();
  }

  async #answer(): Promise<ChatStream | undefined> {
    while (true) {
      const soon = this.#next();
      // The first target is asked without a turn of the event loop between.
      const next = soon instanceof Promise ? await soon : soon;
      if (!next) return undefined;
      const first = this.#begin(next.lease);
      const notes = { waitedMs: next.waitedMs, resumed: this.#resumed };
      const hedgeMs = this.#hedgeMs();
      const { stream, error } =
        hedgeMs === undefined
          ? this.#book(await first.settled, notes)
          : await this.#raced(first, hedgeMs, notes);
      if (stream) return stream;
      if (this.#ends(error)) return undefined;
    }
  }

  /** After how long a second attempt begins beside the one that was just begun; nothing if none does. */
  #hedgeMs(): number | undefined {
    const { hedge } = this.#policy;
    if (!hedge || this.#resumed) return undefined;
    return hedge.afterMs === 'p95' ? this.#plan.resolution.route.quantiles?.quantileMs(0.95) : hedge.afterMs;
  }

  /** How an attempt went, or the one that was begun beside it. What failed is booked; what lost is, too. */
  #raced(first: Attempt, afterMs: number, notes: AttemptNotes): Promise<Settled> {
    const { timers, hedgeBudget, origin } = this.#engine;
    return race({
      first,
      afterMs,
      timers,
      second: () => {
        if (this.#made >= this.#policy.maxAttempts || this.#leases.untried === 0) return undefined;
        const now = timers.now();
        if (!hedgeBudget.has(now)) return undefined;
        const lease = this.#leases.nextTarget();
        if (!lease) return undefined;
        hedgeBudget.take(now);
        if (channels.hedge.hasSubscribers) {
          const slow = first.lease.target.id;
          const { requested } = this.route;
          channels.hedge.publish({ ...origin, requested, slow, target: lease.target.id, afterMs });
        }
        return this.#begin(lease);
      },
      book: (settled) => this.#book(settled, settled.attempt === first ? notes : { hedged: true }),
      lost: (settled, by) =>
        this.#record.lost(settled, by, settled.attempt === first ? notes : { hedged: true }),
      ends: (error) => this.#ends(error),
    });
  }

  #next(): NextLease | undefined | Promise<NextLease | undefined> {
    if (this.#life.error) throw this.#life.error;
    const { maxAttempts } = this.#policy;
    if (this.#made >= maxAttempts) {
      this.#stopped = `maxAttempts is ${maxAttempts}`;
      return undefined;
    }
    const lease = this.#leases.nextNow();
    return lease ? { lease } : this.#waited();
  }

  async #waited(): Promise<NextLease | undefined> {
    const next = await this.#leases.next();
    this.#stopped = this.#leases.stopped;
    return next;
  }

  #begin(lease: Lease): Attempt {
    const { timers } = this.#engine;
    this.#made += 1;
    const leftMs = this.#life.leftMs(timers.now());
    const attemptsLeft = Math.min(this.#leases.untried + 1, this.#policy.maxAttempts - this.#made + 1);
    const shareMs = leftMs === Number.POSITIVE_INFINITY ? leftMs : deadlineShareMs({ leftMs, attemptsLeft });
    const timeout = limitsOfAttempt(this.#limits, leftMs, shareMs);
    return new Attempt({
      timers,
      life: this.#life,
      lease,
      request: requestFor(lease.target, this.#request, this.#plan.context.needs, this.#policy.capabilities),
      options: timeout === noLimits ? this.#options : { ...this.#options, timeout },
      // The last one has all that is left: then the deadline itself speaks.
      shareMs: shareMs < leftMs ? shareMs : Number.POSITIVE_INFINITY,
      route: this.route,
      first: leftOutWarnings(lease.target, this.#plan.context.needs, this.#policy.capabilities),
      mayLose: this.#policy.hedge !== undefined,
      end: {
        engine: this.#engine,
        lease,
        record: this.#record,
        closes: this.#isResumable ? undefined : this.#life,
      },
    });
  }

  /** Books what became of an attempt, and gives back what it took. Throws if the caller aborted. */
  #book(settled: Settled, notes: AttemptNotes): Settled {
    const { attempt, error } = settled;
    const { lease } = attempt;
    if (!error) {
      this.#life.committed();
      this.#plan.resolution.route.quantiles?.observe(settled.durationMs);
      this.#served = lease;
      this.#record.served(settled, notes);
      return settled;
    }
    const now = this.#engine.timers.now();
    if (error.code === 'aborted') {
      lease.abandon(now);
      throw this.#life.error ?? endedBy(lease, error);
    }
    const cooldown = lease.fail(now, error);
    this.#record.failed(settled, error, cooldown, notes, now);
    this.#leases.failed(lease, error, false);
    if (this.#ends(error)) this.#stopped = `${error.code} ends the call`;
    return settled;
  }

  #ends(error: ChatError | undefined): boolean {
    if (!error) return false;
    const { tryNext } = errorPolicies[error.code];
    return tryNext === 'no' || (tryNext === 'if-asked' && !this.#policy.failOverContentFilter);
  }

  #failure(): ChatError {
    const { errors } = this.#record;
    if (errors.length === 0) return refusedByAll(this.#plan, this.#engine.timers.now());
    return new AllTargetsFailedError({
      errors: errors as [ChatError, ...ChatError[]],
      route: this.route,
      stopped: this.#stopped,
    });
  }

  /** The deadline may pass while no attempt is under way: in a queue, or in a backoff. */
  #explained(thrown: unknown): unknown {
    if (thrown !== this.#life.error || this.#life.error?.code !== 'deadline-exceeded') return thrown;
    const { code, message } = this.#life.error;
    return new NoTargetError(code, `${message}; it was waiting for a target`, this.route);
  }

  #tellRoute(code: string | undefined): void {
    if (!channels.route.hasSubscribers) return;
    channels.route.publish({
      ...this.#engine.origin,
      route: this.route,
      durationMs: this.#engine.timers.now() - this.#startedAt,
      ...(code === undefined ? {} : { code }),
    });
  }
}

/** Nobody else has aborted the call; what a provider says of it may quote anything. */
function endedBy({ target }: Lease, cause: ChatError): ChatError {
  const { provider, model, sent } = cause;
  return new ChatError('aborted', `${target.id} aborted the call`, { provider, model, sent, cause });
}
