import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ChatErrorCode, RouteAttempt } from '@sluice/core';
import type { BreakerEvent } from '../channels.ts';
import { Histogram } from './histogram.ts';
import type { BreakerStep, SimulationReport } from './simulation-report.ts';
import { TargetRecord } from './target-record.ts';
import { Timeline } from './timeline.ts';

const mostSteps = 200;
const breakerChannel = 'sluice:breaker';

/** How a request went, for the record. */
export interface RequestEnd {
  readonly startedAt: number;
  readonly nowMs: number;
  /** When its answer began; nothing if it never did. */
  readonly answeredAt: number | undefined;
  /** What the caller got, if it failed. */
  readonly code: ChatErrorCode | undefined;
  readonly attempts: readonly RouteAttempt[];
}

/** Gathers what happens in a run. Its size does not grow with the number of requests. */
export class RunRecord {
  readonly targets: readonly TargetRecord[];
  readonly #registry: string;
  readonly #timeline: Timeline;
  readonly #firstToken = new Histogram();
  readonly #total = new Histogram();
  readonly #queued = new Histogram();
  readonly #backoff = new Histogram();
  readonly #failed: { [Code in ChatErrorCode]?: number } = {};
  readonly #distribution: number[] = [];
  readonly #steps: BreakerStep[] = [];
  #omitted = 0;
  #begun = 0;
  #ended = 0;
  #succeeded = 0;
  #brokenOff = 0;
  #extra = 0;
  #hedges = 0;
  #hedgesWon = 0;
  #lastEndMs = 0;

  constructor(registry: string, targets: readonly string[], sliceMs: number) {
    this.#registry = registry;
    this.#timeline = new Timeline(targets.length, sliceMs);
    this.targets = targets.map(
      (id, index) => new TargetRecord(id, (atMs) => this.#timeline.called(atMs, index)),
    );
    subscribe(breakerChannel, this.#breakerChanged);
  }

  get underWay(): number {
    return this.#begun - this.#ended;
  }

  /** No more breakers are heard. */
  close(): void {
    unsubscribe(breakerChannel, this.#breakerChanged);
  }

  requested(atMs: number): void {
    this.#begun += 1;
    this.#timeline.requested(atMs);
  }

  ended({ startedAt, nowMs, answeredAt, code, attempts }: RequestEnd): void {
    this.#ended += 1;
    this.#lastEndMs = nowMs;
    this.#timeline.ended(nowMs, code === undefined);
    if (answeredAt !== undefined) this.#firstToken.record(answeredAt - startedAt);
    if (code === undefined) {
      this.#succeeded += 1;
      this.#total.record(nowMs - startedAt);
    } else {
      this.#failed[code] = (this.#failed[code] ?? 0) + 1;
      if (answeredAt !== undefined) this.#brokenOff += 1;
    }
    const { length } = attempts;
    this.#distribution[length] = (this.#distribution[length] ?? 0) + 1;
    this.#extra += Math.max(0, length - 1);
    for (const [index, attempt] of attempts.entries()) {
      if (attempt.hedged) this.#hedged(attempt);
      if (attempt.waitedMs === undefined) continue;
      const isRetry = attempts.slice(0, index).some(({ target }) => target === attempt.target);
      (isRetry ? this.#backoff : this.#queued).record(attempt.waitedMs);
    }
  }

  report(seed: number, leftOver: SimulationReport['leftOver']): SimulationReport {
    const calls = this.targets.reduce((sum, target) => sum + target.calls, 0);
    const distribution: { [attempts: string]: number } = {};
    this.#distribution.forEach((requests, attempts) => {
      distribution[attempts] = requests;
    });
    return {
      seed,
      requests: this.#ended,
      succeeded: this.#succeeded,
      successRate: share(this.#succeeded, this.#ended),
      failed: { ...this.#failed },
      brokenOff: this.#brokenOff,
      durationMs: Math.round(this.#lastEndMs),
      firstTokenMs: this.#firstToken.percentiles(),
      totalMs: this.#total.percentiles(),
      attempts: {
        upstreamCalls: calls,
        extraShare: share(this.#extra, this.#ended),
        most: Math.max(0, this.#distribution.length - 1),
        distribution,
      },
      hedges: { begun: this.#hedges, won: this.#hedgesWon },
      queued: this.#queued.percentiles(),
      backoff: this.#backoff.percentiles(),
      targets: this.targets.map((target) => target.report(calls)),
      breakers: { steps: this.#steps, omitted: this.#omitted },
      timeline: { widthMs: this.#timeline.widthMs, slices: this.#timeline.slices() },
      leftOver,
    };
  }

  #hedged({ outcome }: RouteAttempt): void {
    this.#hedges += 1;
    if (outcome === 'served') this.#hedgesWon += 1;
  }

  readonly #breakerChanged = (message: unknown): void => {
    const { registry, key, to, atMs, untilMs } = message as BreakerEvent;
    if (registry !== this.#registry) return;
    this.targets.find(({ id }) => id === key)?.breakerChanged(to);
    if (this.#steps.length >= mostSteps) {
      this.#omitted += 1;
      return;
    }
    this.#steps.push({
      atMs: Math.round(atMs),
      target: key,
      to,
      ...(untilMs === undefined ? {} : { openMs: Math.round(untilMs - atMs) }),
    });
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1e6) / 1e6;
}
