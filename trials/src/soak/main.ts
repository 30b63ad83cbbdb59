// The gateway over flapping targets for as long as it is told to: `npm run soak`. Upstreams and gateway are processes of their own.
// Every answer is checked against its question. Prints figures; exit code 1 if anything was wrong or is left.
//
//   --minutes 10  --seed 7  --concurrency 32
import { parseArgs } from 'node:util';
import { runSoak, type SoakReport } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string' },
    concurrency: { type: 'string', default: '32' },
  },
});
const seed = values.seed === undefined ? Math.trunc(Math.random() * 0x7fff_ffff) : Number(values.seed);
const [minutes, concurrency] = [Number(values.minutes), Number(values.concurrency)];

if (minutes > 0 && Number.isInteger(concurrency) && concurrency > 0 && Number.isInteger(seed)) {
  console.log(`seed ${seed}, ${concurrency} clients, ${minutes} min, Node ${process.version}`);
  const report = await runSoak({ seconds: minutes * 60, seed, concurrency, onProgress: console.log });
  print(report);
  process.exitCode = report.problems.length === 0 ? 0 : 1;
} else {
  console.error('soak: --minutes and --concurrency must be numbers above 0, --seed an integer');
  process.exitCode = 2;
}

function print({
  endings,
  targets,
  requests,
  firstByteMs,
  before,
  after,
  upstream,
  problems,
}: SoakReport): void {
  const rows = (counts: ReadonlyMap<string, number>): void => {
    for (const [name, times] of [...counts].sort(([a], [b]) => a.localeCompare(b))) {
      console.log(`  ${String(times).padStart(8)}  ${name}`);
    }
  };
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(`\n${requests} requests over ${upstream.struck} faults`);
  rows(endings);
  console.log('answers by target');
  rows(targets);
  console.log(
    `first byte of an answer: p50 ${firstByteMs.p50.toFixed(0)} ms, p99 ${firstByteMs.p99.toFixed(0)} ms`,
  );
  for (const [name, { heapUsed, arrayBuffers, rss, resources, files }] of [
    ['before', before],
    ['after', after],
  ] as const) {
    const held = Object.entries(resources).map(([kind, times]) => `${times} ${kind}`);
    console.log(
      `${name}: heap ${mb(heapUsed)} MB, buffers ${mb(arrayBuffers)} MB, resident ${mb(rss)} MB, ${files ?? '?'} files; ${held.join(', ')}`,
    );
  }
  console.log(
    problems.length === 0 ? 'nothing was wrong, and nothing is left' : `WRONG\n  ${problems.join('\n  ')}`,
  );
}
