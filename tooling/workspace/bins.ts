import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './packages.ts';

/** The package that brings a command, where its name is another. */
const packageOfBin: Readonly<Record<string, string>> = {
  biome: '@biomejs/biome',
  changeset: '@changesets/cli',
  tsc: 'typescript',
};

/**
 * The script behind a command of the repository's development dependencies. Running it with `process.execPath` keeps
 * the Node that was chosen; the shims in node_modules/.bin would take the pinned one.
 *
 * @throws when the root package.json has no such development dependency
 */
export function binOf(command: string): string {
  const name = packageOfBin[command] ?? command;
  const folder = join(repositoryRoot, 'node_modules', name);
  if (!existsSync(folder)) {
    throw new Error(`There is no command "${command}": add the package "${name}" to the root package.json.`);
  }
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    bin?: string | Record<string, string>;
  };
  const script = typeof bin === 'string' ? bin : bin?.[command];
  if (!script) throw new Error(`The package "${name}" has no command "${command}".`);
  return join(folder, script);
}
