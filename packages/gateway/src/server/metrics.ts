import { channel } from 'node:diagnostics_channel';
import type { AttemptEvent, BreakerEvent, Registry } from '@sluice/registry';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as MetricRegistry } from 'prom-client';
import type { RequestRecord } from '../chat/request-record.ts';

/**
 * The most targets of the configuration that have labels of their own, and again the most others: names of models come from
 * requests, and metrics must not grow with them, nor may they take the place of what is configured.
 */
const mostTargets = 200;

/** From an answer out of a cache to one that reasons for minutes, in seconds. */
const buckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

const breakerStates = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What the metrics are taken from, at the moment when they are read. */
export interface MetricSources {
  readonly inFlight: () => number;
  readonly registry: () => Registry;
  /** Whether a registry, by its `instance`, serves here, or did when a request began that is still under way. */
  readonly isOurs: (instance: number) => boolean;
}

/** The gateway's counters, for Prometheus. */
export interface GatewayMetrics {
  readonly contentType: string;
  /** A request is over. */
  record(request: RequestRecord, status: number, totalMs: number): void;
  text(): Promise<string>;
  /** A registry begins to serve: the targets that it has now are configured ones. */
  serves(registry: Registry): void;
  close(): void;
}

/** Every label has a bounded set of values: patterns of routes, statuses, codes of the error table, 200 configured targets and 200 others. */
export function createMetrics(sources: MetricSources): GatewayMetrics {
  const registers = [new MetricRegistry()];
  const [metrics] = registers as [MetricRegistry];
  collectDefaultMetrics({ register: metrics });
  const requests = new Counter({
    name: 'sluice_requests_total',
    help: 'Requests by endpoint, status and code of the error ("ok" if none).',
    labelNames: ['endpoint', 'status', 'code'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'sluice_request_duration_seconds',
    help: 'From a request to the end of its answer.',
    labelNames: ['endpoint'] as const,
    buckets,
    registers,
  });
  const firstToken = new Histogram({
    name: 'sluice_first_token_seconds',
    help: 'From a request to the first event of its answer, failed attempts included.',
    labelNames: ['target'] as const,
    buckets,
    registers,
  });
  const tokens = new Counter({
    name: 'sluice_tokens_total',
    help: 'Tokens as the upstreams counted them.',
    labelNames: ['target', 'direction'] as const,
    registers,
  });
  const cancelled = new Counter({
    name: 'sluice_cancelled_total',
    help: 'Requests that ended early: the client was gone, read too slowly, or the gateway closed.',
    labelNames: ['why'] as const,
    registers,
  });
  const attempts = new Counter({
    name: 'sluice_attempts_total',
    help: 'Attempts by target and outcome: "served" or the code of the failure.',
    labelNames: ['target', 'outcome'] as const,
    registers,
  });
  const breakerChanges = new Counter({
    name: 'sluice_breaker_changes_total',
    help: 'How often breakers went to a state.',
    labelNames: ['target', 'to'] as const,
    registers,
  });
  new Gauge({
    name: 'sluice_requests_in_flight',
    help: 'Requests under way.',
    registers,
    collect() {
      this.set(sources.inFlight());
    },
  });
  const configured = boundedLabels(mostTargets);
  const asked = boundedLabels(mostTargets);
  const ownLabel = (target: string): string | undefined =>
    configured.has(target) || asked.take(target) ? target : undefined;
  const label = (target: string): string => ownLabel(target) ?? 'other';
  const serves = (registry: Registry): void => {
    for (const { target } of registry.snapshot().targets) configured.take(target);
  };
  serves(sources.registry());
  const targetGauge = (
    name: string,
    help: string,
    read: (target: ReturnType<Registry['snapshot']>['targets'][number]) => number,
  ): void => {
    new Gauge({
      name,
      help,
      labelNames: ['target'] as const,
      registers,
      collect() {
        // A reload may have taken targets away.
        this.reset();
        for (const target of sources.registry().snapshot().targets) {
          const own = ownLabel(target.target);
          // How one of the others stands says nothing of them all.
          if (own !== undefined) this.set({ target: own }, read(target));
        }
      },
    });
  };
  targetGauge(
    'sluice_breaker_state',
    'State of a breaker: 0 closed, 1 half-open, 2 open.',
    ({ breaker }) => breakerStates[breaker.state],
  );
  targetGauge('sluice_target_in_flight', 'Attempts under way at a target.', ({ inFlight }) => inFlight);
  targetGauge(
    'sluice_target_success_ratio',
    'Share of recent attempts that ended well.',
    ({ successRate }) => successRate,
  );

  const unsubscribe = [
    listen<AttemptEvent>('sluice:attempt', (event) => {
      if (!sources.isOurs(event.instance)) return;
      attempts.inc({ target: label(event.attempt.target), outcome: event.attempt.outcome });
    }),
    listen<BreakerEvent>('sluice:breaker', (event) => {
      if (sources.isOurs(event.instance)) breakerChanges.inc({ target: label(event.key), to: event.to });
    }),
  ];

  return {
    contentType: metrics.contentType,
    record({ endpoint, code, ending, route, firstTokenMs, usage }, status, totalMs) {
      requests.inc({ endpoint, status, code: code ?? 'ok' });
      duration.observe({ endpoint }, totalMs / 1000);
      if (ending === 'client-gone' || ending === 'slow-reader' || ending === 'cut')
        cancelled.inc({ why: ending });
      const target = route?.target === undefined ? 'none' : label(route.target);
      if (firstTokenMs !== undefined) firstToken.observe({ target }, firstTokenMs / 1000);
      if (usage?.inputTokens !== undefined) tokens.inc({ target, direction: 'input' }, usage.inputTokens);
      if (usage?.outputTokens !== undefined) tokens.inc({ target, direction: 'output' }, usage.outputTokens);
    },
    text: () => metrics.metrics(),
    serves,
    close() {
      for (const stop of unsubscribe) stop();
      metrics.clear();
    },
  };
}

function listen<Event>(name: string, on: (event: Event) => void): () => void {
  const source = channel(name);
  const listener = (event: unknown): void => on(event as Event);
  source.subscribe(listener);
  return () => source.unsubscribe(listener);
}

interface BoundedLabels {
  has(name: string): boolean;
  /** Whether the name is one of the first `most`. */
  take(name: string): boolean;
}

function boundedLabels(most: number): BoundedLabels {
  const known = new Set<string>();
  return {
    has: (name) => known.has(name),
    take: (name) => known.has(name) || (known.size < most && known.add(name).has(name)),
  };
}
