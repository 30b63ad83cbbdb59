import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { panelsOf } from './panels.ts';
import { partMarkdown } from './part-markdown.ts';
import type { PartResult } from './part-result.ts';

/** The order of the parts in the results. */
const order = ['client', 'gateway', 'routing'];

/** Writes `<name>.json`, `.md` and `.svg`. Parts that were not measured now stay as they are there. */
export async function writeResults(
  folder: string,
  name: string,
  measured: readonly PartResult[],
): Promise<readonly PartResult[]> {
  const file = (extension: string): string => join(folder, `${name}.${extension}`);
  const parts = merged(await readParts(file('json')), measured);
  await mkdir(folder, { recursive: true });
  await writeFile(file('json'), `${JSON.stringify({ parts }, null, 1)}\n`);
  const [first] = parts;
  const machine = first ? `${first.machine.cores} × ${first.machine.cpu}, Node ${first.machine.node}` : '';
  const subtitle = `${machine}. Medians of rounds taken in turns, less is better; thin line: spread, dashed: what ours must reach.`;
  await writeFile(
    file('svg'),
    chart('Sluice measured against the floor and its peers', subtitle, panelsOf(parts)),
  );
  const intro = `# Results\n\nWritten by \`npm run bench\`; what is measured and how stands in docs/performance.md.\n\n![the same as bars](${name}.svg)\n`;
  await writeFile(file('md'), [intro, ...parts.map(partMarkdown)].join('\n'));
  return parts;
}

/** The new results in the place of the old ones of the same parts. */
function merged(old: readonly PartResult[], measured: readonly PartResult[]): readonly PartResult[] {
  const rest = old.filter(({ part }) => measured.every((one) => one.part !== part));
  return [...rest, ...measured].sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
}

async function readParts(file: string): Promise<readonly PartResult[]> {
  try {
    const { parts }: { parts: readonly PartResult[] } = JSON.parse(await readFile(file, 'utf8'));
    return parts;
  } catch {
    return [];
  }
}
