import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type Habit, type Visit, visit } from './client.ts';
import {
  type GatewayProcess,
  type Holding,
  startGatewayProcess,
  startUpstream,
  type UpstreamFigures,
} from './processes.ts';
import { pick, seeded } from './seeded.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Requests at the same time. */
  readonly concurrency: number;
  /** Told how it goes, some times a minute. */
  readonly onProgress?: (line: string) => void;
}

/** What a soak found. */
export interface SoakReport {
  /** Requests by habit and ending. */
  readonly endings: ReadonlyMap<string, number>;
  readonly targets: ReadonlyMap<string, number>;
  readonly requests: number;
  readonly firstByteMs: { readonly p50: number; readonly p99: number };
  readonly before: Holding;
  readonly after: Holding;
  readonly upstream: UpstreamFigures;
  /** What must not be, in words; the first ones of many. Empty if all is well. */
  readonly problems: readonly string[];
}

const habits: readonly Habit[] = [
  'stream',
  'stream',
  'stream',
  'stream',
  'whole',
  'whole',
  'whole',
  'leaves',
  'leaves',
  'slow',
];
const targetNames = ['openai', 'ollama', 'vllm', 'ylokh', 'flowgpt', 'h2o-a', 'h2o-e'] as const;
const mostProblems = 50;
const progressMs = 15_000;
/** How long what a load leaves may take to go, in milliseconds: idle connections are kept for some seconds. */
const settleMs = 30_000;
/** The question about it needs one itself. */
const mostSockets = 2;
/** What the heap may have grown by, in bytes: caches, compiled code and counters that were not there at the beginning. */
const mostGrowth = 8 * 1024 * 1024;

/** Drives the gateway over flapping targets, and judges every answer and what is left at the end. */
export async function runSoak({
  seconds,
  seed,
  concurrency,
  onProgress = () => {},
}: SoakOptions): Promise<SoakReport> {
  const upstream = await startUpstream(seed);
  const gateway = await startGatewayProcess(configOf(upstream.urls));
  const tally = new Tally();
  const drive = async (untilMs: number, salt: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
    await driven({ gateway, agent, tally, random: seeded(seed + salt), concurrency, untilMs });
    agent.destroy();
  };
  try {
    // Code is compiled and caches are filled before it is measured what the process holds.
    await drive(performance.now() + Math.min(10_000, seconds * 200), 1);
    const before = await settled(gateway);
    upstream.tell('flap');
    const startedAt = performance.now();
    const progress = setInterval(() => {
      const elapsed = Math.round((performance.now() - startedAt) / 1_000);
      void gateway.holding().then(({ rss, heapUsed }) => {
        onProgress(
          `${elapsed} s: ${tally.line()}; heap ${(heapUsed / 1e6).toFixed(0)} MB, resident ${(rss / 1e6).toFixed(0)} MB`,
        );
      });
    }, progressMs);
    await drive(startedAt + seconds * 1_000, 2);
    clearInterval(progress);

    upstream.tell('calm');
    const after = await settled(gateway);
    const figures = await calmed(upstream.figures);
    await holds(tally, gateway, before, after, figures);
    const code = await gateway.end();
    if (code !== 0) tally.problem(`sluice serve ended with ${code}`);
    if (gateway.complaints() !== '')
      tally.problem(`sluice serve complained: ${gateway.complaints().slice(0, 1_000)}`);
    return { ...tally.report(), before, after, upstream: figures };
  } finally {
    if (!gateway.hasEnded) await gateway.end();
    upstream.end();
  }
}

/** Seven targets of four protocols, with limits that are short for a server and long for a test. */
function configOf(urls: { readonly [name: string]: string }): object {
  const wire = (name: string, use: string, more: object = {}) => [
    name,
    { use, options: { baseURL: urls[name], ...more } },
  ];
  return {
    providers: Object.fromEntries([
      wire('openai', 'openai-compatible', { defaultModel: 'sandbox' }),
      wire('ollama', 'openai-compatible', { defaultModel: 'sandbox:latest' }),
      wire('vllm', 'openai-compatible', { defaultModel: 'sandbox/vllm-8b' }),
      wire('ylokh', 'ylokh'),
      wire('flowgpt', 'flowgpt'),
      wire('h2o-a', 'h2o', { era: 'a' }),
      wire('h2o-e', 'h2o', { era: 'e' }),
    ]),
    routes: {
      balanced: { targets: targetNames },
      hedged: { targets: ['openai', 'ylokh', 'vllm', 'h2o-e'], hedge: { afterMs: 100 }, strategy: 'latency' },
      turns: { targets: ['h2o-a', 'flowgpt', 'ollama', 'vllm'], strategy: 'round-robin' },
    },
    timeout: { connect: 1_000, firstToken: 1_500, idle: 1_500, total: 20_000 },
    breaker: { openMs: 500, maxOpenMs: 3_000 },
    retry: { baseMs: 50, maxMs: 500 },
    server: { metrics: 'open', drainMs: 5_000 },
  };
}

interface Driving {
  readonly gateway: GatewayProcess;
  readonly agent: Agent;
  readonly tally: Tally;
  readonly random: () => number;
  readonly concurrency: number;
  readonly untilMs: number;
}

/** So many clients, each asking one question after the other. */
async function driven({ gateway, agent, tally, random, concurrency, untilMs }: Driving): Promise<void> {
  const client = async (): Promise<void> => {
    while (performance.now() < untilMs && !gateway.hasEnded) {
      const habit = pick(habits, random);
      // Chat-ui servers of 2023 stop after 1,024 tokens.
      const words = habit === 'slow' ? 900 : 5 + Math.floor(random() * 60);
      tally.add(
        await visit({
          url: gateway.url,
          agent,
          model: pick(['balanced', 'balanced', 'hedged', 'turns'], random),
          habit,
          question: { number: tally.next(), words },
          leavesAfterMs: random() * 60,
        }),
      );
      // People read what they got; a closed loop without a pause would only measure how fast errors are made.
      await wait(random() * 40);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
}

/** What the gateway holds once it is at rest and its idle connections are gone, or when there is no more patience. */
async function settled(gateway: GatewayProcess): Promise<Holding> {
  const untilMs = performance.now() + settleMs;
  while (true) {
    const holding = await gateway.holding();
    const isIdle = (await inFlight(gateway)).every(([, count]) => count === 0);
    const isAlone = (holding.resources.TCPSocketWrap ?? 0) <= mostSockets;
    if ((isIdle && isAlone) || performance.now() > untilMs) return holding;
    await wait(250);
  }
}

async function calmed(figures: () => Promise<UpstreamFigures>): Promise<UpstreamFigures> {
  const untilMs = performance.now() + settleMs;
  while (true) {
    const now = await figures();
    const isCalm = now.conversations + now.generations + now.openStreams === 0;
    if (isCalm || performance.now() > untilMs) return now;
    await wait(250);
  }
}

/** Requests and attempts under way, as the gateway counts them. */
async function inFlight({ url }: GatewayProcess): Promise<readonly (readonly [string, number])[]> {
  const response = await fetch(`${url}/metrics`, { headers: { connection: 'close' } });
  const lines = (await response.text()).split('\n');
  return lines
    .filter((line) => /^sluice_(?:requests|target)_in_flight/.test(line))
    .map((line) => {
      const [name = '', count] = line.split(' ');
      // The question itself is one of the requests.
      return [name, Number(count) - (name === 'sluice_requests_in_flight' ? 1 : 0)] as const;
    });
}

async function holds(
  tally: Tally,
  gateway: GatewayProcess,
  before: Holding,
  after: Holding,
  upstream: UpstreamFigures,
): Promise<void> {
  for (const target of targetNames) {
    if (!tally.hasAnswerOf(target)) tally.problem(`${target} never answered: it was not tried for real`);
  }
  const counted = await inFlight(gateway);
  // Other names than these would make the rule below hold for nothing.
  if (new Set(counted.map(([name]) => name.split('{')[0])).size !== 2) {
    tally.problem('the gateway does not tell how many requests and attempts are under way');
  }
  for (const [name, count] of counted) {
    if (count !== 0) tally.problem(`${name} is ${count} at rest`);
  }
  const growth = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  if (growth > mostGrowth) tally.problem(`the heap grew by ${(growth / 1e6).toFixed(1)} MB`);
  for (const kind of ['TCPSocketWrap', 'Timeout']) {
    const [was, is] = [before.resources[kind] ?? 0, after.resources[kind] ?? 0];
    if (is > was + 2) tally.problem(`${is} of ${kind} are left, there were ${was}`);
  }
  const [filesBefore, filesAfter] = [before.files ?? 0, after.files ?? 0];
  if (filesAfter > filesBefore + 2)
    tally.problem(`${filesAfter} files and sockets are open, there were ${filesBefore}`);
  for (const kind of ['conversations', 'generations', 'openStreams'] as const) {
    if (upstream[kind] !== 0) tally.problem(`${upstream[kind]} ${kind} are left upstream`);
  }
}

/** Counts what happened. */
class Tally {
  readonly #endings = new Map<string, number>();
  readonly #targets = new Map<string, number>();
  readonly #firstByteMs: number[] = [];
  readonly #problems: string[] = [];
  #wrong = 0;
  #requests = 0;
  #numbers = 0;

  next(): string {
    this.#numbers += 1;
    return `n${this.#numbers}`;
  }

  add({ habit, ending, target, firstByteMs, wrong }: Visit): void {
    this.#requests += 1;
    count(this.#endings, `${habit}: ${ending}`);
    if (target !== undefined && ending === 'answered') count(this.#targets, target);
    if (ending === 'answered' && firstByteMs !== undefined) this.#firstByteMs.push(firstByteMs);
    if (wrong !== undefined) this.problem(wrong);
  }

  hasAnswerOf(target: string): boolean {
    return this.#targets.has(target);
  }

  problem(words: string): void {
    this.#wrong += 1;
    if (this.#problems.length < mostProblems) this.#problems.push(words);
  }

  line(): string {
    const answered = [...this.#endings].reduce(
      (sum, [name, times]) => sum + (name.endsWith('answered') ? times : 0),
      0,
    );
    return `${this.#requests} requests, ${answered} answered, ${this.#wrong} wrong`;
  }

  report(): Pick<SoakReport, 'endings' | 'targets' | 'requests' | 'firstByteMs' | 'problems'> {
    const sorted = Float64Array.from(this.#firstByteMs).sort();
    const at = (share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return {
      endings: this.#endings,
      targets: this.#targets,
      requests: this.#requests,
      firstByteMs: { p50: at(0.5), p99: at(0.99) },
      problems: this.#problems,
    };
  }
}

function count(into: Map<string, number>, name: string): void {
  into.set(name, (into.get(name) ?? 0) + 1);
}
