import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Capabilities, ChatError, type ChatProvider, type ChatRequest } from '@sluice/core';
import { createRegistry, type Registry, type StrategyName } from '@sluice/registry';

const strategies: readonly StrategyName[] = [
  'ordered',
  'weighted',
  'round-robin',
  'least-busy',
  'latency',
  'cost',
  'balanced',
];
const sizes = [3, 30, 300, 3_000, 10_000] as const;
const rounds = 9;

/** How long one round plans, in milliseconds. */
const roundMs = 60;

const capabilities: Capabilities = {
  streaming: 'native',
  messageHistory: 'native',
  systemMessage: 'native',
  tools: 'none',
  vision: 'none',
  json: 'none',
  stop: 'native',
  seed: 'none',
  usage: 'none',
  reasoning: 'none',
  cancel: 'native',
  needsAuth: false,
};

const request: ChatRequest = { model: 'all', messages: [{ role: 'user', content: 'Where would this go?' }] };

/** What a plan costs, by strategy and number of targets. */
export interface RoutingFigures {
  readonly targets: readonly number[];
  /** Microseconds of processor time a plan, medians, in the order of `targets`. */
  readonly planMicroseconds: { readonly [strategy: string]: readonly number[] };
  /** What a registry holds for each target once it has planned over it, in bytes, with 10,000 of them. */
  readonly bytesPerTarget: number;
}

/** Measures `plan()`: everything but the attempts, with no side effect. */
export function measureRouting(): RoutingFigures {
  const planMicroseconds: { [strategy: string]: readonly number[] } = {};
  for (const strategy of strategies) {
    planMicroseconds[strategy] = sizes.map((size) => planCost(registryOf(size, strategy)));
  }
  return { targets: sizes, planMicroseconds, bytesPerTarget: memoryPerTarget() };
}

/** The figures as a table. */
export function routingTable({ targets, planMicroseconds, bytesPerTarget }: RoutingFigures): string {
  const head = `| CPU µs a plan, targets: | ${targets.join(' | ')} |\n|${' --- |'.repeat(targets.length + 1)}\n`;
  const rows = Object.entries(planMicroseconds).map(([name, costs]) => `| ${name} | ${costs.join(' | ')} |`);
  return `${head}${rows.join('\n')}\n\nMemory: ${bytesPerTarget} bytes a target.\n`;
}

function registryOf(size: number, strategy: StrategyName): Registry {
  const models = Array.from({ length: size }, (_, index) => `m${index}`);
  return createRegistry({
    providers: [{ provider: silentProvider(), models }],
    routes: { all: { targets: models.map((model) => `bench:${model}`), strategy } },
    seed: 1,
  });
}

function silentProvider(): ChatProvider {
  return {
    id: 'bench',
    capabilities,
    listModels: async () => [],
    stream: () => Promise.reject(new ChatError('internal', 'plans are measured, not answers')),
    close: async () => {},
  };
}

function planCost(registry: Registry): number {
  registry.plan(request);
  const costs = Array.from({ length: rounds }, () => {
    const start = performance.now();
    // Of the processor, not of the clock: on a busy machine a plan would cost what others do meanwhile.
    const before = process.cpuUsage();
    let plans = 0;
    do {
      registry.plan(request);
      plans += 1;
    } while (performance.now() - start < roundMs);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / plans;
  }).sort((a, b) => a - b);
  const median = costs[Math.floor(rounds / 2)] as number;
  return Math.round(median * 10) / 10;
}

function memoryPerTarget(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const size = 10_000;
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const registry = registryOf(size, 'balanced');
  registry.plan(request);
  collectGarbage();
  const after = process.memoryUsage().heapUsed;
  // Still needed here, so that nothing of it was collected before it was measured.
  registry.plan(request);
  return Math.round((after - before) / size);
}
