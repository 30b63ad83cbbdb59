import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../tooling/workspace/packages.ts';

/** A page of the manual: a Markdown file of the repository, and where it stands on the site. */
export interface Page {
  /** From the root of the repository. */
  readonly source: string;
  /** From the root of the site, without the extension: `guide/gateway`. */
  readonly path: string;
  readonly section: Section;
}

export type Section = 'home' | 'guide' | 'manual' | 'packages' | 'decisions';

/** Every page, in the order of the files' names. Whoever adds a Markdown file to these folders adds a page. */
export function pages(root: string = repositoryRoot): readonly Page[] {
  const markdown = (folder: string): readonly string[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
      .map(({ name }) => name)
      .sort();
  const folder = (from: string, to: string, section: Section): readonly Page[] =>
    markdown(from).map((name) => ({ source: `${from}/${name}`, path: `${to}${name.slice(0, -3)}`, section }));
  const packages = readdirSync(join(root, 'packages'))
    .sort()
    .filter((room) => markdown(join('packages', room)).includes('README.md'));
  return [
    { source: 'README.md', path: 'index', section: 'home' },
    { source: 'CONTRIBUTING.md', path: 'contributing', section: 'manual' },
    ...folder('docs/guide', 'guide/', 'guide'),
    ...folder('docs', 'manual/', 'manual'),
    ...packages.map(
      (room): Page => ({
        source: `packages/${room}/README.md`,
        path: `packages/${room}`,
        section: 'packages',
      }),
    ),
    ...folder('docs/decisions', 'decisions/', 'decisions'),
  ];
}
