import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../tooling/workspace/packages.ts';
import { pages } from './pages.ts';
import { writeReference } from './reference.ts';
import { rewriteLinks } from './rewrite-links.ts';

/** Where the site's sources are gathered; git and the linters leave it alone. */
export const contentFolder: string = join(import.meta.dirname, '..', '.content');

/** Gathers what the site is made of: the repository's Markdown with its links turned, and the reference. */
export async function gatherContent(): Promise<void> {
  await rm(contentFolder, { recursive: true, force: true });
  await mkdir(contentFolder, { recursive: true });
  const all = pages();
  for (const page of all) {
    const file = join(contentFolder, `${page.path}.md`);
    await mkdir(dirname(file), { recursive: true });
    const markdown = await readFile(join(repositoryRoot, page.source), 'utf8');
    await writeFile(file, rewriteLinks(markdown, page, all));
  }
  for (const picture of ['bench/results']) await copyPictures(picture);
  await writeReference(join(contentFolder, 'reference'));
}

/** Pictures that pages show lie beside them in the repository; the site has them under the same path. */
async function copyPictures(folder: string): Promise<void> {
  await cp(join(repositoryRoot, folder), join(contentFolder, 'public', folder), {
    recursive: true,
    filter: (source) => !/\.[a-z]+$/.test(source) || source.endsWith('.svg'),
  });
}
