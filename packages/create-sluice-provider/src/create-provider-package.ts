import { statSync } from 'node:fs';
import type { Answers } from './answers.ts';
import { checks, problemLine } from './check-answers.ts';
import { readTemplate, readVersions } from './read-template.ts';
import { type Files, renderPackage } from './render-package.ts';
import { contentsOf, writeFiles } from './write-files.ts';

/** How a package is written. */
export interface CreateOptions {
  /** Write into a folder that is not empty; files of the same names are overwritten. Default `false`. */
  readonly force?: boolean;
  /** For the licence. Default: this year. */
  readonly year?: number;
}

/** An answer, or the folder, cannot be used: its message says what to do instead. */
export class UnusableAnswerError extends Error {
  override readonly name: string = 'UnusableAnswerError';
}

/**
 * Writes a provider package, and answers with its files. Throws an `UnusableAnswerError`, or what the file system throws; then
 * nothing has been written.
 *
 * @example
 * await createProviderPackage('sluice-provider-weather', {
 *   packageName: 'sluice-provider-weather',
 *   id: 'weather',
 *   title: 'Weather',
 *   protocol: 'json-lines',
 *   baseURL: 'https://chat.weather.example/api',
 *   needsKey: true,
 * });
 */
export async function createProviderPackage(
  folder: string,
  answers: Answers,
  { force = false, year = new Date().getFullYear() }: CreateOptions = {},
): Promise<Files> {
  for (const key of Object.keys(checks) as (keyof Answers)[]) refuseUnusable(key, answers[key]);
  if (!force) refuseFull(folder);
  const [template, { ranges }] = await Promise.all([readTemplate(answers.protocol), readVersions()]);
  const files = renderPackage(template, answers, { ranges, year });
  writeFiles(folder, files);
  return files;
}

/** Throws an `UnusableAnswerError` for a folder that holds anything, and for a file. */
export function refuseFull(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) {
    throw new UnusableAnswerError(`${folder} is a file: choose another folder`);
  }
  const [first, ...others] = contentsOf(folder);
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  throw new UnusableAnswerError(
    `${folder} is not empty (${first}${more}): choose another folder, or --force to write into it`,
  );
}

/** Throws an `UnusableAnswerError` with a suggestion for an answer that cannot be used. */
export function refuseUnusable<Key extends keyof Answers>(
  key: Key,
  answer: Answers[Key],
  flag?: string,
): void {
  const problem = checks[key](answer);
  if (problem) throw new UnusableAnswerError(`${flag ?? key}: ${problemLine(problem)}`);
}
