/** A file that the reader writes. */
interface FileStep {
  readonly kind: 'file';
  readonly name: string;
  readonly text: string;
}

/** Commands that the reader types. */
interface RunStep {
  readonly kind: 'run';
  readonly lines: readonly string[];
  /** A terminal of its own, in which the last command goes on running. */
  readonly terminal?: string;
  /** What the reader sees, where the guide shows it: see `matchOutput`. */
  readonly output?: string;
}

/** What the reader sees in a terminal in which something runs already. */
interface WaitStep {
  readonly kind: 'wait';
  readonly terminal: string;
  readonly output: string;
}

/** One thing that a guide tells its reader to do. */
export type GuideStep = FileStep | RunStep | WaitStep;

/** Languages of blocks that are shown and neither written nor run; `python-blocks.test.ts` has their grammar checked. */
const shownOnly: ReadonlySet<string> = new Set(['python']);

/**
 * The steps of a guide, from its blocks of code, in order:
 *
 * - `sh`: commands to type; `sh [name]`: in a terminal of that name, where the last one goes on running.
 * - `text` right after it: what the reader sees. `text [name]`: what comes in the terminal of that name, which is waited for.
 * - any other language with a name, `ts [answer.ts]`: a file to write.
 * - `python`: shown, and nothing else.
 *
 * Throws for a block of a language that would have to be checked and has no name: nobody would run it. And for one whose name
 * does not stand in the text before it: what stands in brackets is not shown to readers.
 */
export function readGuide(markdown: string): readonly GuideStep[] {
  const steps: GuideStep[] = [];
  for (const { language, name, text, prose } of readBlocks(markdown)) {
    const last = steps.at(-1);
    if (language === 'sh') {
      const lines = commandsOf(text);
      steps.push({ kind: 'run', lines, ...(name === undefined ? {} : { terminal: name }) });
    } else if (
      language === 'text' &&
      name === undefined &&
      last?.kind === 'run' &&
      last.output === undefined
    ) {
      steps[steps.length - 1] = { ...last, output: text };
    } else if (language === 'text' && name !== undefined) {
      if (!prose.includes('terminal')) throw new Error(`nothing says in which terminal this comes:\n${text}`);
      steps.push({ kind: 'wait', terminal: name, output: text });
    } else if (name !== undefined) {
      if (!prose.includes(`\`${name}\``)) throw new Error(`nothing says before the block that it is ${name}`);
      steps.push({ kind: 'file', name, text });
    } else if (language === 'text') {
      throw new Error(`this stands behind no command, so nobody holds it against what comes:\n${text}`);
    } else if (!shownOnly.has(language)) {
      throw new Error(
        `a block of ${language || 'no language'} has no name, so nobody writes it to a file and runs it:\n${text}`,
      );
    }
  }
  return steps;
}

/** A block of code in a page. */
export interface CodeBlock {
  readonly language: string;
  /** What stands in brackets behind the language. */
  readonly name: string | undefined;
  readonly text: string;
  /** What stands between the block before it and this one. */
  readonly prose: string;
}

/** The blocks of code of a page, in order. Throws for a fence that is written otherwise: its code would be missed, and nobody would run it. */
export function readBlocks(markdown: string): readonly CodeBlock[] {
  let end = 0;
  const blocks = [...markdown.matchAll(/^```(\w*)(?: \[([^\]]+)\])?\n(.*?)^```$/gms)].map((match) => {
    const [whole, language = '', name, text = ''] = match;
    const prose = markdown.slice(end, match.index);
    end = match.index + whole.length;
    return { language, name, text, prose };
  });
  const rest = [...blocks.map(({ prose }) => prose), markdown.slice(end)].join('\n');
  const missed = /^[ \t>]*(?:```|~~~).*$/m.exec(rest)?.[0];
  if (missed !== undefined) {
    throw new Error(
      `a fence is written so that its code is missed, "${missed.trim()}": begin the line with three backticks and a language`,
    );
  }
  return blocks;
}

/** One command a line; a line that ends in a backslash goes on, and what follows `#` is for the reader. */
export function commandsOf(text: string): readonly string[] {
  return text
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/\s+#\s.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
