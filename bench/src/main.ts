import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Machine, thisMachine } from './machine.ts';
import { measureRouting, routingTable } from './routing.ts';

const results = join(import.meta.dirname, '..', 'results');

/** The parts by name: each measures, and returns its figures and a table of them. */
const parts: { readonly [name: string]: () => { readonly figures: unknown; readonly table: string } } = {
  routing: () => {
    const figures = measureRouting();
    return { figures, table: routingTable(figures) };
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`bench: no part ${unknown.join(', ')}; there are: ${Object.keys(parts).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [name, part] of Object.entries(parts))
    if (asked.length === 0 || asked.includes(name)) run(name, part);
}

function run(name: string, part: (typeof parts)[string]): void {
  const machine = thisMachine();
  const { figures, table } = part();
  const text = `# ${name}\n\n${describe(machine)}\n\n${table}`;
  console.log(text);
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, `${name}.json`), `${JSON.stringify({ machine, figures }, null, 2)}\n`);
  writeFileSync(join(results, `${name}.md`), text);
}

function describe({ cpu, cores, memoryGiB, node, platform }: Machine): string {
  return `${cores} × ${cpu}, ${memoryGiB} GiB, ${platform}, Node ${node}.`;
}
