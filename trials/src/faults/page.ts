import type { Fault, Gap, Group, Judged } from './cell.ts';
import { groups } from './cell.ts';
import { type Place, places } from './facts.ts';
import { subjectNames } from './subjects.ts';
import { cellInWords, conversationOf, wholeInWords } from './words.ts';

/** Everything that the page tells. */
export interface Findings {
  readonly judged: readonly Judged[];
  readonly gaps: readonly Gap[];
  /** Where a provider differs, and why. */
  readonly notes: readonly Gap[];
}

/** One provider's meeting with a fault in one form: what stands in the columns. */
interface Meeting {
  readonly variant: string | undefined;
  readonly subject: string;
  readonly columns: readonly string[];
}

const none = '–';

/** The section of a group: a table, one line for each fault where all providers agree. */
export function sectionOf(group: Group, findings: Findings): string {
  const judged = findings.judged.filter(({ fault }) => fault.group === group);
  const gaps = findings.gaps.filter(({ fault }) => fault.group === group);
  const notes = findings.notes.filter(({ fault }) => fault.group === group);
  const faults = namesOf([...judged, ...gaps].map(({ fault }) => fault));
  const conversations = judged.some(({ seen }) => conversationOf(seen) !== undefined);
  const head = ['#', 'fault', 'provider alone', 'behind the registry', 'behind the gateway'];
  const rows = faults.flatMap((fault) => {
    const here = <Each extends { readonly fault: Fault }>(all: readonly Each[]): readonly Each[] =>
      all.filter((each) => each.fault.fault === fault.fault && each.fault.number === fault.number);
    return linesOf(fault, here(judged), here(gaps), conversations);
  });
  return [
    table([...head, ...(conversations ? ['H2o’s conversation'] : [])], inOrder(rows)),
    ...reasonsOf('Where a provider differs, and why:', notes),
    ...reasonsOf('Not met, and why:', gaps),
  ].join('\n');
}

/** The faults by name, in the order of their numbers. */
function namesOf(faults: readonly Fault[]): readonly Fault[] {
  const names = new Map(faults.map((fault) => [`${fault.number} ${fault.fault}`, fault]));
  return [...names.values()];
}

function inOrder(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return rows.toSorted(
    (one, other) => Number.parseInt(one[0] ?? '', 10) - Number.parseInt(other[0] ?? '', 10),
  );
}

function linesOf(
  fault: Fault,
  judged: readonly Judged[],
  gaps: readonly Gap[],
  conversations: boolean,
): readonly (readonly string[])[] {
  const variants = distinct([...judged, ...gaps].map((each) => each.fault.variant));
  const meetings = variants.flatMap((variant) =>
    subjectNames.map((subject): Meeting => {
      const mine = judged.filter((each) => each.fault.variant === variant && each.subject === subject);
      const missing = gaps.filter((each) => each.fault.variant === variant && each.subject === subject);
      return { variant, subject, columns: columnsOf(mine, missing, conversations) };
    }),
  );
  const met = fillIn(
    meetings.filter(({ columns }) => columns.some((column) => column !== none && column !== any)),
  );
  const names = distinct(met.map(({ subject }) => subject));
  return merged(met, variants, names).map(
    ({ label, columns: [alone = '', registry = '', gateway = '', whole = '', ...rest] }) => [
      fault.number,
      label === '' ? fault.fault : `${fault.fault}: ${label}`,
      alone,
      registry,
      [gateway, whole].filter((words) => words !== '' && words !== any).join('; '),
      ...rest.map((column) => (column === any ? none : column)),
    ],
  );
}

function columnsOf(
  judged: readonly Judged[],
  gaps: readonly Gap[],
  conversations: boolean,
): readonly string[] {
  const alone = judged.find(({ place }) => place === 'alone');
  const inPlace = (place: Place): string => {
    const cell = judged.find((each) => each.place === place);
    if (cell) return cellInWords(cell.seen, place, alone?.seen);
    return gaps.some((each) => each.place === undefined || each.place === place) ? none : later;
  };
  const conversation = judged.map(({ seen }) => conversationOf(seen)).find((each) => each !== undefined);
  const gateway = judged.find(({ place }) => place === 'gateway');
  const whole = gateway && wholeInWords(gateway.seen);
  return [...places.map(inPlace), whole ?? any, ...(conversations ? [conversation ?? any] : [])];
}

/** Only `--full` looks there: it must find what the test suite found at another provider. */
const later = '\0later';
/** Says nothing of its own: it agrees with whatever the others say. */
const any = '\0any';

const isOpen = (column: string | undefined): boolean => column === later || column === any;

/** What was not looked at is told together with a provider that was, if all else agrees. */
function fillIn(meetings: readonly Meeting[]): readonly Meeting[] {
  const agree = (one: Meeting, other: Meeting): boolean =>
    one.variant === other.variant &&
    one.columns.every((column, at) => {
      const there = other.columns[at];
      return isOpen(column) || isOpen(there) || column === there;
    });
  return meetings.map((meeting) => ({
    ...meeting,
    columns: meeting.columns.map((column, at) => {
      if (!isOpen(column)) return column;
      const model = meetings.find((other) => !isOpen(other.columns[at]) && agree(meeting, other));
      return model?.columns[at] ?? (column === later ? 'only with `--full`' : any);
    }),
  }));
}

interface Line {
  readonly label: string;
  readonly columns: readonly string[];
}

/** Meetings with the same columns are one line. Which of them it is for stands in its label, unless it is for all. */
function merged(
  meetings: readonly Meeting[],
  variants: readonly (string | undefined)[],
  all: readonly string[],
): readonly Line[] {
  const byColumns = Map.groupBy(meetings, ({ columns }) => columns.join('\n'));
  return [...byColumns.values()].flatMap((same) => {
    const columns = same[0]?.columns ?? [];
    // Variants that hold for the same providers share a line.
    const byVariant = Map.groupBy(same, ({ variant }) => variant);
    const bySubjects = Map.groupBy([...byVariant], ([, each]) =>
      subjectsInWords(
        each.map(({ subject }) => subject),
        all,
      ),
    );
    return [...bySubjects].map(([who, alike]) => {
      const forms = alike.map(([variant]) => variant);
      const which = forms.length === variants.length ? '' : forms.join(', ');
      return { label: [which, who].filter(Boolean).join('; '), columns };
    });
  });
}

const eras = subjectNames.filter((name) => name.startsWith('h2o-'));

/** Nothing where it is all of those who meet the fault. */
function subjectsInWords(names: readonly string[], all: readonly string[] = subjectNames): string {
  if (names.length === all.length) return '';
  const ofH2o = names.filter((name) => name.startsWith('h2o-'));
  const others = names.filter((name) => !name.startsWith('h2o-'));
  const h2o = ofH2o.length === eras.length ? ['h2o'] : ofH2o;
  return [...others, ...h2o].map((name) => `*${name}*`).join(', ');
}

/** One line for each reason. */
function reasonsOf(title: string, gaps: readonly Gap[]): readonly string[] {
  const byFault = Map.groupBy(gaps, ({ fault, subject, why }) =>
    [fault.number, fault.fault, subject, why].join('\n'),
  );
  const perFault = [...byFault.values()].map((same) => ({
    ...(same[0] as Gap),
    where: placesInWords(distinct(same.map(({ place }) => place))),
  }));
  const byReason = Map.groupBy(perFault, ({ why, where }) => `${where}\n${why}`);
  const lines = [...byReason.values()].map((same) => {
    const { why, where } = same[0] as (typeof same)[number];
    const numbers = distinct(same.map(({ fault }) => fault.number)).join(', ');
    const who = subjectsInWords(distinct(same.map(({ subject }) => subject)));
    const about = [who, where].filter(Boolean).join(', ');
    return `- ${numbers}${about === '' ? '' : ` (${about})`}: ${why}`;
  });
  return lines.length === 0 ? [] : ['', title, '', ...lines];
}

function placesInWords(named: readonly (Place | undefined)[]): string {
  if (named.includes(undefined) || named.length === places.length) return '';
  return named.join(' and ');
}

function distinct<Value>(values: readonly Value[]): readonly Value[] {
  return [...new Set(values)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const begin = (group: Group): string => `<!-- group: ${group} -->`;
const end = '<!-- /group -->';

/** Puts a section into the page. Throws if the page has no place for it. */
export function withSection(page: string, group: Group, section: string): string {
  const from = page.indexOf(begin(group));
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`docs/faults.md has no place for the group ${group}`);
  return `${page.slice(0, from)}${begin(group)}\n\n${section}\n\n${page.slice(to)}`;
}

/** The page without its sections. */
export function emptyPage(opening: string): string {
  const sections = groups.map(
    ([group, numbers]) => `## ${numbers} ${titles[group]}\n\n${begin(group)}\n${end}\n`,
  );
  return `${opening}\n${sections.join('\n')}`;
}

const titles: { readonly [Name in Group]: string } = {
  connect: 'Connecting',
  headers: 'Headers',
  status: 'Statuses',
  redirect: 'Redirects',
  'wrong 200': 'A 200 that is none',
  framing: 'Framing',
  'mid-stream': 'In mid-stream',
  size: 'Size',
  caller: 'The caller',
  'clean-up': 'Clean-up',
  registry: 'Routing',
  gateway: 'The gateway’s own door',
};
