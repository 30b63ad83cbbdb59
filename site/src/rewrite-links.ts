import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { repositoryRoot } from '../../tooling/workspace/packages.ts';
import type { Page } from './pages.ts';

/** Where files that are no page are read. */
const sources = 'https://github.com/sluice-js/sluice/blob/main';

/**
 * A page's Markdown with its links turned from files of the repository into pages of the site; links to files that are no page lead
 * to the repository, where no checker follows them: they have to exist. Code is left alone.
 *
 * Throws an `Error` that names the page and the link for a file that is not there.
 */
export function rewriteLinks(markdown: string, page: Page, all: readonly Page[]): string {
  const pathOf = new Map(all.map(({ source, path }) => [source, path]));
  let fence: string | undefined;
  return markdown
    .split('\n')
    .map((line) => {
      const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
      if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
        fence = fence === undefined ? mark : undefined;
        return line;
      }
      if (fence !== undefined) return line;
      return line.replace(/(\]\()([^)\s]+)(\))/g, (_, open: string, target: string, close: string) => {
        return `${open}${rewritten(target, page, pathOf)}${close}`;
      });
    })
    .join('\n');
}

function rewritten(target: string, page: Page, pathOf: ReadonlyMap<string, string>): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('#')) return target;
  const [path = '', anchor] = target.split('#');
  const file = posix.normalize(posix.join(posix.dirname(page.source), path)).replace(/\/$/, '');
  const found = pathOf.get(file) ?? pathOf.get(`${file}/README.md`);
  const suffix = anchor === undefined ? '' : `#${anchor}`;
  if (found === undefined && !existsSync(join(repositoryRoot, file))) {
    throw new Error(`${page.source} links to ${target}, which is not there`);
  }
  return found === undefined ? `${sources}/${file}${suffix}` : `/${found}${suffix}`;
}
