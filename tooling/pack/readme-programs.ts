/** A program that stands in a README. */
export interface ReadmeProgram {
  readonly code: string;
  /** The packages that it imports, without their subpaths and without those of Node. */
  readonly imports: readonly string[];
}

/** What a README tells its reader to do. */
export interface Readme {
  /** The packages that it says to install. */
  readonly install: readonly string[];
  /** Its code blocks that begin with an import, in order: whole programs. The others go on from one of them. */
  readonly programs: readonly ReadmeProgram[];
}

/** Reads the text of a README. */
export function readReadme(text: string): Readme {
  const [, words = ''] = /^npm (?:install|i) (.+)$/m.exec(text) ?? [];
  const blocks = [...text.matchAll(/^```(?:ts|js)\n(.*?)^```$/gms)].map(([, code = '']) => code);
  return {
    install: words.split(/\s+/).filter((word) => word !== '' && !word.startsWith('-')),
    programs: blocks
      .filter((code) => code.startsWith('import '))
      .map((code) => ({ code, imports: importsOf(code) })),
  };
}

function importsOf(code: string): readonly string[] {
  const names = [...code.matchAll(/ from '([^'.][^']*)'/g)].flatMap(([, specifier = '']) => {
    const [scope = '', name = ''] = specifier.split('/');
    if (specifier.startsWith('node:')) return [];
    return [scope.startsWith('@') ? `${scope}/${name}` : scope];
  });
  return [...new Set(names)];
}
