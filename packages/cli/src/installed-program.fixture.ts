import { spawnSync } from 'node:child_process';

/** A program that a test needs and that not every machine has. */
export interface InstalledProgram {
  readonly missing: boolean;
  /** For the title of the tests: says how to get it, where it is missing and they are skipped. */
  readonly title: string;
}

/** Looks whether a program can be run. Its package in Debian has the same name. */
export function installedProgram(name: string, versionFlag = '--version'): InstalledProgram {
  const missing = spawnSync(name, [versionFlag], { stdio: 'ignore' }).error !== undefined;
  return { missing, title: missing ? `${name} (not installed; apt-get install ${name})` : name };
}
