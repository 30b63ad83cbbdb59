import { ChatError, type ChatErrorCode, type ChatRequest, type RouteDecision } from '@sluice/core';
import { createRegistry } from '../create-registry.ts';
import { seededRandom } from '../random-source.ts';
import type { Registry, RegistryConfig } from '../registry.ts';
import { routeOf } from '../route-of.ts';
import type { RouteConfig } from '../routes.ts';
import { hashToUnit } from '../strategies/sticky.ts';
import { draw } from './distribution.ts';
import { arrivals, type ClientsLoad, checkLoad, type Load, type LoadRequest, requestAt } from './load.ts';
import { RunRecord } from './run-record.ts';
import { simulatedProvider } from './simulated-provider.ts';
import { checkSimulatedTarget, type SimulatedTarget } from './simulated-target.ts';
import { SimulatedUpstream } from './simulated-upstream.ts';
import type { SimulationReport } from './simulation-report.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What is simulated. */
export interface SimulationConfig {
  readonly targets: readonly SimulatedTarget[];
  readonly load: Load;
  /** How the targets are chosen from: a strategy, hedging and so on, as in a route. */
  readonly route?: Omit<RouteConfig, 'targets'>;
  /** What else the registry is told: limits, breaker, retries, further routes. */
  readonly registry?: Omit<RegistryConfig, 'providers' | 'timers' | 'random' | 'seed' | 'id'>;
  /** Everything that is drawn follows from it. Default 1. */
  readonly seed?: number;
  /** Width of the slices of the report's timeline, in milliseconds; doubled as often as needed for 600 of them. Default 1 s. */
  readonly sliceMs?: number;
}

/** The route that stands for all targets. */
const allTargets = 'all-targets';

let runs = 0;

/**
 * Routes a load over upstreams that don't exist, on a clock that waits for nothing: the registry and its streams are the real ones,
 * only time, chance and the other side of the wire are made up. A million requests take half a minute or so.
 *
 * Throws a `TypeError` that names the path for a wrong configuration, and an `Error` if a request never ended.
 *
 * @example
 * const report = await simulate({
 *   targets: [{ id: 'a' }, { id: 'b', incidents: [{ kind: 'outage', fromMs: 60_000, untilMs: 90_000 }] }],
 *   load: { kind: 'poisson', perSecond: 50, durationMs: 300_000 },
 *   route: { strategy: 'balanced' },
 * });
 * console.log(formatReport(report));
 */
export async function simulate(config: SimulationConfig): Promise<SimulationReport> {
  const { targets, load, seed = 1, sliceMs = 1_000 } = config;
  checkLoad(load);
  for (const [index, target] of targets.entries()) checkSimulatedTarget(target, `targets[${index}]`);
  runs += 1;
  const id = `simulation-${runs}`;
  const clock = new VirtualClock();
  const ids = targets.map((target) => target.id);
  const record = new RunRecord(id, ids, sliceMs);
  try {
    const providers = targets.map((target, index) => {
      const own = record.targets[index] as (typeof record.targets)[number];
      const upstream = new SimulatedUpstream({
        target,
        clock,
        random: randomFor(seed, target.id),
        record: own,
      });
      return { ...settingsOf(target), provider: simulatedProvider(upstream) };
    });
    const registry = createRegistry({
      default: allTargets,
      ...config.registry,
      routes: { [allTargets]: { ...config.route, targets: ids }, ...config.registry?.routes },
      providers,
      timers: clock,
      seed,
      id,
    });
    let timers = 0;
    const onRest = (): void => {
      // By then whatever follows from the last end has been settled.
      clock.setTimeout(() => {
        timers = clock.pending;
      }, 0);
    };
    const run = { registry, clock, record, random: randomFor(seed, 'load'), onRest };
    if (load.kind === 'clients') playClients(load, run);
    else playArrivals(load, run);
    await clock.run();
    if (record.underWay > 0) {
      throw new Error(`${record.underWay} requests never ended: no event is left that could end them`);
    }
    const { targets: left } = registry.snapshot();
    await registry.close();
    return record.report(seed, {
      timers,
      inFlight: left.reduce((sum, { inFlight }) => sum + inFlight, 0),
      waiting: left.reduce((sum, { queued }) => sum + queued, 0),
    });
  } finally {
    record.close();
  }
}

interface Run {
  readonly registry: Registry;
  readonly clock: VirtualClock;
  readonly record: RunRecord;
  readonly random: () => number;
  /** Told when a request has ended and nobody is under way. */
  readonly onRest: () => void;
}

function playArrivals(load: Exclude<Load, ClientsLoad>, run: Run): void {
  const coming = arrivals(load, run.random);
  const { clock } = run;
  const next = (): void => {
    const step = coming.next();
    if (step.done) return;
    clock.at(() => {
      next();
      void send(step.value, run);
    }, step.value.atMs);
  };
  next();
}

function playClients(load: ClientsLoad, run: Run): void {
  const { clock, random } = run;
  const { thinkMs = 0, requests = Number.POSITIVE_INFINITY, durationMs = Number.POSITIVE_INFINITY } = load;
  let made = 0;
  const ask = async (): Promise<void> => {
    if (made >= requests || clock.now() >= durationMs) return;
    made += 1;
    await send(requestAt(clock.now(), load, random), run);
    // A client whose requests fail at once and that thinks for no time would stop the clock.
    clock.setTimeout(ask, Math.max(1, draw(thinkMs, random)));
  };
  for (let client = 0; client < load.clients; client += 1) clock.setTimeout(ask, draw(thinkMs, random));
}

/** One request, read to its end. Never rejects. */
async function send(request: LoadRequest, { registry, clock, record, onRest }: Run): Promise<void> {
  const startedAt = clock.now();
  record.requested(startedAt);
  let answeredAt: number | undefined;
  let route: RouteDecision | undefined;
  let code: ChatErrorCode | undefined;
  try {
    const stream = await registry.stream(chatRequest(request));
    answeredAt = clock.now();
    route = stream.route;
    for await (const event of stream) if (event.type === 'finish') break;
  } catch (thrown) {
    code = ChatError.is(thrown) ? thrown.code : 'internal';
    route ??= routeOf(thrown);
  }
  record.ended({ startedAt, nowMs: clock.now(), answeredAt, code, attempts: route?.attempts ?? [] });
  if (record.underWay === 0) onRest();
}

function chatRequest({ inputChars, maxOutputTokens, key, model }: LoadRequest): ChatRequest {
  return {
    messages: [{ role: 'user', content: 'x'.repeat(inputChars) }],
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(key === undefined ? {} : { user: key }),
    ...(model === undefined ? {} : { model }),
  };
}

/** A generator of its own for each part, so that another strategy meets the same load. */
function randomFor(seed: number, name: string): () => number {
  return seededRandom(Math.floor(hashToUnit(String(seed), name) * 2 ** 32)).next;
}

function settingsOf({ weight, cost, limits, disabled }: SimulatedTarget): object {
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(cost === undefined ? {} : { cost }),
    ...(limits === undefined ? {} : { limits }),
    ...(disabled === undefined ? {} : { disabled }),
  };
}
