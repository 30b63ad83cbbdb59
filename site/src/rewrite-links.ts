import { posix } from 'node:path';
import type { Page } from './pages.ts';

/** Where files that are no page are read. */
const sources = 'https://github.com/sluice-js/sluice/blob/main';

/**
 * A page's Markdown with its links turned from files of the repository into pages of the site; links to files that are no page lead
 * to the repository. Code is left alone.
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
  return found === undefined ? `${sources}/${file}${suffix}` : `/${found}${suffix}`;
}
