import { pathName } from '../discovery/shown-value.ts';

/** One mistake in a configuration. */
export interface ConfigProblem {
  /** From the top of the configuration: `['routes', 'fast', 'targets', 0]`. */
  readonly path: readonly PropertyKey[];
  /** What was expected, what came, and what is meant, as far as that can be told. */
  readonly message: string;
  /** The line in the file, counted from 1; known for JSON. */
  readonly line?: number | undefined;
}

/** How many mistakes a message holds; `problems` has all of them. */
const mostTold = 20;

/**
 * A configuration is wrong. The message holds one line a mistake with its path; it repeats no credentials.
 */
export class ConfigError extends Error {
  override readonly name: string = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  /** The file, if it came from one. */
  readonly file?: string;

  constructor(problems: readonly ConfigProblem[], file?: string, cause?: unknown) {
    super(messageOf(problems, file), cause === undefined ? undefined : { cause });
    this.problems = problems;
    if (file !== undefined) this.file = file;
  }
}

function messageOf(problems: readonly ConfigProblem[], file = 'the configuration'): string {
  const lines = problems.slice(0, mostTold).map(({ path, message, line }) => {
    const where = [
      ...(line === undefined ? [] : [`line ${line}`]),
      ...(path.length === 0 ? [] : [pathName(path)]),
    ];
    return where.length === 0 ? message : `${where.join(', ')}: ${message}`;
  });
  const more = problems.length - mostTold;
  if (more > 0) lines.push(`and ${more} more`);
  return lines.length === 1
    ? `${file}: ${lines[0]}`
    : [`${file} has ${problems.length} mistakes:`, ...lines].join('\n  ');
}
