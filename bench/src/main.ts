// The benchmark: `npm run bench -- --help`.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BenchArguments, help, type PartName, readArguments } from './arguments.ts';
import { type BenchRun, benchRun, isWhole, profilesFolder } from './bench-run.ts';
import { measureClients } from './client/measure-clients.ts';
import { measureImports } from './client/measure-import.ts';
import { measureGateways } from './gateway/measure-gateways.ts';
import { benchFolder, scratchFolder } from './install/folders.ts';
import { installOurs } from './install/ours.ts';
import { installPeers } from './install/peers.ts';
import { installedVersions } from './install/versions.ts';
import { thisMachine } from './machine.ts';
import { partMarkdown } from './report/part-markdown.ts';
import type { PartResult } from './report/part-result.ts';
import { withTargets } from './report/performance-page.ts';
import { writeResults } from './report/write-results.ts';
import { measureRouting, routingTable } from './routing.ts';
import { verdictsOn } from './targets.ts';

type Measured = Pick<PartResult, 'workloads' | 'versions' | 'extra'>;

const parts: { readonly [Part in PartName]: (run: BenchRun) => Promise<Measured> } = {
  async client(run) {
    const workloads = await measureClients(run);
    return {
      workloads: run.wantsWorkload('import') ? [...workloads, await measureImports(run)] : workloads,
      versions: await installedVersions([
        'undici',
        '@xsai/stream-text',
        'openai',
        'ai',
        '@ai-sdk/openai-compatible',
      ]),
    };
  },
  async gateway(run) {
    return {
      workloads: await measureGateways(run),
      versions: await installedVersions(['undici', 'fastify', '@portkey-ai/gateway', 'hono']),
    };
  },
  async routing() {
    const figures = measureRouting();
    return { workloads: [], versions: {}, extra: { markdown: routingTable(figures), data: figures } };
  },
};

const performancePage = join(benchFolder, '..', 'docs', 'performance.md');

/** Progress on a terminal overwrites itself; elsewhere each line stays. */
function tell(line: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
}

async function main(args: BenchArguments): Promise<void> {
  if (args.parts.some((part) => part !== 'routing')) {
    await installPeers(tell);
    await installOurs(args.build, tell);
  }
  if (args.profile) {
    await rm(profilesFolder, { recursive: true, force: true });
    await mkdir(profilesFolder, { recursive: true });
  }
  const run = benchRun(args, tell);
  for (const part of args.parts) {
    const about = { part, takenAt: new Date().toISOString(), machine: thisMachine() };
    const measured = await parts[part](run);
    const result: PartResult = { ...about, ...measured, verdicts: verdictsOn(part, measured.workloads) };
    if (process.stderr.isTTY) tell('');
    console.log(partMarkdown(result));
    if (!args.profile) await keep(result, isWhole(args));
  }
  if (args.profile) {
    console.log(
      `Profiles: ${profilesFolder}. Open them in Chromium's DevTools (Performance, "Load profile") or with npx speedscope.`,
    );
  }
}

/** Written after each part: the next one may take a quarter of an hour. */
async function keep(result: PartResult, whole: boolean): Promise<void> {
  const folder = whole ? join(benchFolder, 'results') : scratchFolder;
  const name = whole ? 'latest' : 'partial';
  const all = await writeResults(folder, name, [result]);
  if (whole) await writeFile(performancePage, withTargets(await readFile(performancePage, 'utf8'), all));
  console.log(`Written: ${join(folder, name)}.{json,md,svg}`);
}

try {
  const args = readArguments(process.argv.slice(2));
  if (args === 'help') process.stdout.write(help);
  else await main(args);
} catch (error) {
  const wrongCall = error instanceof TypeError && !error.stack?.includes('measure');
  process.stderr.write(`bench: ${wrongCall ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = wrongCall ? 2 : 1;
}
