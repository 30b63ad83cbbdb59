import { ConfigError, type ConfigProblem, type LoadedConfig } from '@sluice/registry/config';

/**
 * What went wrong with a configuration after it was loaded, told as the loading itself tells it: with its file, and where the
 * file is JSON with the line. What is no mistake of the configuration comes back as it is.
 */
export function configurationError(error: unknown, loaded: LoadedConfig | undefined): unknown {
  const problems = problemsOf(error, loaded);
  if (problems === undefined) return error;
  return new ConfigError(
    problems.map((problem) => ({ ...problem, line: problem.line ?? lineOf(problem, loaded) })),
    fileOf(error) ?? loaded?.file,
    error,
  );
}

function fileOf(error: unknown): string | undefined {
  return error instanceof ConfigError ? error.file : undefined;
}

/** `createRegistry` names the path of a mistake at the beginning of its message. */
const leadingPath = /^(\w+)((?:\.\w+|\[\d+\]|\["(?:[^"\\]|\\.)*"\])*)/;
const step = /\.(\w+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;

function problemsOf(error: unknown, loaded: LoadedConfig | undefined): readonly ConfigProblem[] | undefined {
  if (error instanceof ConfigError) return error.problems;
  if (!(error instanceof TypeError) || loaded === undefined) return undefined;
  // Any other is a mistake in a program, and not for the user to mend.
  const [first = ''] = pathIn(error.message);
  return Object.hasOwn(loaded.config, first) ? [{ path: [], message: error.message }] : undefined;
}

function lineOf({ path, message }: ConfigProblem, loaded: LoadedConfig | undefined): number | undefined {
  const keys = path.length > 0 ? path : pathIn(message);
  return keys.length === 0 ? undefined : loaded?.lineOf(keys);
}

function pathIn(message: string): readonly PropertyKey[] {
  const [, first, rest = ''] = leadingPath.exec(message) ?? [];
  if (first === undefined) return [];
  const keys = [...rest.matchAll(step)].map(([, name, index, quoted]): PropertyKey => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (name ?? '') : (JSON.parse(quoted) as string);
  });
  return [first, ...keys];
}
