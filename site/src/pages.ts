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

/** Guides in the order in which they are of use. A new one comes behind them. */
const firstGuides: readonly string[] = [
  'first-answer',
  'routing',
  'gateway',
  'write-a-provider',
  'ai-sdk',
  'migrate-from-python',
];

/** Where a guide stands among the others. */
const placeOf = ({ path }: Page): number => {
  const place = firstGuides.indexOf(path.replace('guide/', ''));
  return place < 0 ? firstGuides.length : place;
};

/** Every page, guides in an order of their own, the others in that of the files' names. Whoever adds a Markdown file to these folders adds a page. */
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
    ...folder('docs/guide', 'guide/', 'guide').toSorted((one, other) => placeOf(one) - placeOf(other)),
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
