import { readFileSync, writeFileSync } from 'node:fs';
import { type Group, groups, type Judged } from './cell.ts';
import { gaps, withoutFull } from './matrix.ts';
import { opening } from './opening.ts';
import { emptyPage, sectionOf, withSection } from './page.ts';
import { wireNotes } from './wire-cells.ts';

const path = new URL('../../../docs/faults.md', import.meta.url);

/** The page as it stands. */
export function readPage(): string {
  return readFileSync(path, 'utf8');
}

export function writePage(page: string): void {
  writeFileSync(path, page);
}

/** The page with the results of these groups, its opening as it has to be, and all else as it was. */
export function updatedPage(page: string, names: readonly Group[], judged: readonly Judged[]): string {
  const shown = withoutFull(judged);
  const fresh = emptyPage(opening());
  return groups.reduce((updated, [group]) => {
    const section = names.includes(group)
      ? sectionOf(group, { judged: shown, gaps, notes: wireNotes })
      : sectionIn(page, group);
    return withSection(updated, group, section);
  }, fresh);
}

/** A section as it stands; nothing where there is none yet. */
function sectionIn(page: string, group: Group): string {
  const [, from = ''] = page.split(`<!-- group: ${group} -->\n\n`);
  return from.split('\n\n<!-- /group -->')[0] ?? '';
}
