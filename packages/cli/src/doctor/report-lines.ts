import { duration } from '../duration.ts';
import type { Colours } from '../terminal/colours.ts';
import { printableLine } from '../terminal/printable.ts';
import { type Cell, tableLines } from '../terminal/table.ts';
import type { Diagnosis, TargetReport } from './diagnosis.ts';
import type { Environment } from './environment.ts';

const columns = [
  { title: 'target' },
  { title: 'works' },
  { title: 'first token', align: 'right' },
  { title: 'total', align: 'right' },
  { title: 'answered by' },
] as const;

/** A diagnosis for people: the surroundings, a table of the targets, and what to do about those that do not work. */
export function reportLines(
  { environment, targets, working }: Diagnosis,
  colours: Colours,
): readonly string[] {
  return [
    ...environmentLines(environment, colours),
    '',
    ...(targets.length === 0
      ? []
      : [
          ...tableLines(
            columns,
            targets.map((report) => cellsOf(report, colours)),
            colours.bold,
          ),
          '',
        ]),
    ...targets.flatMap((report) => whatToDo(report, colours)),
    summary(working, targets, colours),
  ];
}

function environmentLines(environment: Environment, colours: Colours): readonly string[] {
  const { node, configuration, providers, variables, proxies, mistakes, diagnostics } = environment;
  const available = providers.filter(({ status }) => status === 'available').map(({ id }) => id);
  const unset = variables.filter(({ isSet }) => !isSet).map(({ name }) => name);
  const bad = (text: string): Cell => ({ text, style: colours.red });
  const rows: readonly (readonly Cell[])[] = [
    ['Node', node.problem === undefined ? node.version : bad(`${node.version} is ${node.problem}`)],
    ['configuration', configuration ?? (mistakes.length > 0 ? bad('it cannot be loaded') : 'none')],
    ...mistakes.map((mistake) => ['', bad(mistake)]),
    ['providers', available.join(', ') || bad('none')],
    ...providers.flatMap(({ id, status, reason }) =>
      reason === undefined ? [] : [[status, { text: `${id}: ${reason}`, style: colours.yellow }]],
    ),
    ...diagnostics.map((message) => ['', { text: message, style: colours.yellow }]),
    ...(variables.length === 0
      ? []
      : [['variables', unset.length === 0 ? 'all set' : bad(`not set: ${unset.join(', ')}`)]]),
    ...proxies.map(({ name, value }) => [name, value]),
  ];
  // A table without titles.
  return tableLines([{ title: '' }, { title: '' }], rows).slice(1);
}

function cellsOf(report: TargetReport, colours: Colours): readonly Cell[] {
  const target = nameOf(report);
  switch (report.state) {
    case 'works':
      return [
        target,
        { text: 'yes', style: colours.green },
        duration(report.firstTokenMs),
        duration(report.totalMs),
        report.model ?? '',
      ];
    case 'fails':
      return [target, { text: 'no', style: colours.red }, '', duration(report.totalMs), ''];
    case 'not-asked':
      return [target, { text: 'not asked', style: colours.yellow }, '', '', ''];
  }
}

function nameOf({ target, credential }: TargetReport): string {
  return credential === undefined ? target : `${target} (${credential})`;
}

function whatToDo(report: TargetReport, colours: Colours): readonly string[] {
  if (report.state === 'works') return [];
  const name = colours.bold(printableLine(nameOf(report)));
  const { message, advice } = report;
  return [
    `${name}: ${message}${report.state === 'fails' ? ` (${report.code})` : ''}`,
    ...(advice === undefined ? [] : [`  ${colours.bold('→')} ${advice}`]),
    '',
  ];
}

function summary(working: number, targets: readonly TargetReport[], colours: Colours): string {
  const asked = targets.filter(({ state }) => state !== 'not-asked').length;
  if (working === 0) return colours.red(asked === 0 ? 'Nothing could be asked.' : 'Nothing works.');
  const left = targets.length === asked ? '' : ` ${targets.length - asked} not asked.`;
  if (working === asked) return colours.green(`${asked === 1 ? 'It works.' : `All ${asked} work.`}${left}`);
  return colours.yellow(`${working} of ${asked} work.${left}`);
}
