import { verdictTable } from './part-markdown.ts';
import type { PartResult } from './part-result.ts';

const begin = '<!-- targets: written by npm run bench -->';
const end = '<!-- end of targets -->';

/** The page with the targets of these parts in their place, so that its figures are always those of the results. Throws if there is no such place. */
export function withTargets(page: string, parts: readonly PartResult[]): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no place for the targets: ${begin} … ${end}`);
  const tables = parts.flatMap((part) =>
    part.verdicts.length === 0
      ? []
      : [
          `**${part.part}** (${part.takenAt.slice(0, 10)}, Node ${part.machine.node}, load before: ${part.machine.loadBefore})\n\n${verdictTable(part)}\n`,
        ],
  );
  return `${page.slice(0, from + begin.length)}\n\n${tables.join('\n')}\n${page.slice(to)}`;
}
