import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CodeBlock, commandsOf, readBlocks } from '../guides/read-guide.ts';
import { repositoryRoot } from '../workspace/packages.ts';
import { fragments, notRun } from './page-exceptions.ts';

/** What becomes of a block of code in a page that is no guide. */
export type Treatment =
  /** Commands, without those that are not run. */
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  /** A whole program: type-checked, and run unless `isRun` is false. */
  | { readonly kind: 'program'; readonly text: string; readonly isRun: boolean }
  /** A piece of a program, with what stands before it elsewhere: type-checked. */
  | { readonly kind: 'fragment'; readonly text: string }
  /** A `sluice.config.json`: held against the schema. */
  | { readonly kind: 'config'; readonly text: string }
  /** What somebody sees, or what a table says is looked after elsewhere. */
  | { readonly kind: 'shown' }
  /** Nobody would notice if it were wrong. */
  | { readonly kind: 'unknown' };

/** A Markdown file, and what becomes of its blocks. */
export interface PageWithBlocks {
  /** From the root of the repository. */
  readonly page: string;
  readonly text: string;
  readonly blocks: readonly { readonly block: CodeBlock; readonly treatment: Treatment }[];
}

/** Every page with a block of code: READMEs, and `docs` without the guides, which are followed as a whole. */
export function pagesWithBlocks(): readonly PageWithBlocks[] {
  const markdown = (folder: string): readonly string[] =>
    readdirSync(join(repositoryRoot, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  const below = (folder: string): readonly string[] =>
    readdirSync(join(repositoryRoot, folder)).flatMap((name) => markdown(join(folder, name)));
  const pages = ['.', 'docs', 'docs/decisions', 'bench'].flatMap(markdown);
  return [...pages, ...below('packages'), ...below('examples')]
    .map((page) => {
      const text = readFileSync(join(repositoryRoot, page), 'utf8');
      const blocks = readBlocks(text).map((block) => ({ block, treatment: treatmentOf(page, block) }));
      return { page, text, blocks };
    })
    .filter(({ blocks }) => blocks.length > 0);
}

function treatmentOf(page: string, block: CodeBlock): Treatment {
  const { language, text } = block;
  const left = Object.keys(notRun[page] ?? {});
  const isLeft = left.some((start) => isNamed(start, block));
  const fragment = Object.entries(fragments[page] ?? {}).find(([start]) => isNamed(start, block));
  if (fragment) return { kind: 'fragment', text: `${fragment[1]}\n${text}` };
  if (language === 'sh') {
    const lines = commandsOf(text).filter((line) => !left.some((start) => isSuch(start, line)));
    return { kind: 'commands', lines };
  }
  if (/^(?:ts|js)$/.test(language) && /^(?:\/\/.*\n)*import /.test(text)) {
    return { kind: 'program', text, isRun: !isLeft };
  }
  if (language === '' || language === 'text' || isLeft) return { kind: 'shown' };
  if (language === 'json') return { kind: 'config', text };
  return { kind: 'unknown' };
}

/** Whether an entry of the tables names this block, by its first line or, of commands, by any line. */
export function isNamed(start: string, { language, text }: CodeBlock): boolean {
  const lines = language === 'sh' ? commandsOf(text) : text.split('\n', 1);
  return lines.some((line) => isSuch(start, line));
}

/** Entries are whole lines, or beginnings that end in `…`. */
function isSuch(start: string, line: string): boolean {
  return start.endsWith('…') ? line.startsWith(start.slice(0, -1)) : line === start;
}

/** The packages that a page says to install. */
export function installsOf(markdown: string): readonly string[] {
  return readBlocks(markdown)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => commandsOf(text))
    .flatMap((line) => /^npm (?:install|i) (.+)$/.exec(line)?.[1]?.split(/\s+/) ?? [])
    .filter((word) => !word.startsWith('-') && !word.startsWith('.'));
}

/** The packages that a program imports, without their subpaths and without those of Node. */
export function importsOf(code: string): readonly string[] {
  const names = [...code.matchAll(/ from '([^'.][^']*)'/g)].flatMap(([, specifier = '']) => {
    const [scope = '', name = ''] = specifier.split('/');
    if (specifier.startsWith('node:')) return [];
    return [scope.startsWith('@') ? `${scope}/${name}` : scope];
  });
  return [...new Set(names)];
}
