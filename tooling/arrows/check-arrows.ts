import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { readPackages, type WorkspacePackage } from '../workspace/packages.ts';
import { arrowOf, gatekeepers, testImports } from './arrows.ts';
import { type Import, importsOf } from './imports-of.ts';

/** An import that the table does not allow. */
export interface Violation {
  /** From the root of the repository, with `/`. */
  readonly file: string;
  readonly line: number;
  /** What is wrong and what to do. */
  readonly reason: string;
}

/** One source and the house it stands in. */
interface Scene {
  readonly root: string;
  readonly packages: ReadonlyMap<string, WorkspacePackage>;
  readonly from: WorkspacePackage;
  readonly file: string;
  readonly isTest: boolean;
}

/** A rule looks at one import and says what is wrong with it, if anything. */
type Rule = (scene: Scene, specifier: string) => string | undefined;

/** Files that users never get: tests, and the captures and servers that tests share. */
const testFile = /\.(test|fixture)\.ts$|\/fixtures\//;

/** Holds every source and every manifest under `packages/` of a repository against the table of arrows. */
export function checkArrows(root: string): readonly Violation[] {
  const packages = readPackages(root);
  const byName = new Map(packages.map((each) => [each.manifest.name, each]));
  return packages.flatMap((from) => [
    ...manifestViolations(root, from, byName),
    ...sourcesOf(join(from.folder, 'src')).flatMap((path) => {
      const text = readFileSync(path, 'utf8');
      const file = slashed(relative(root, path));
      const scene: Scene = { root, packages: byName, from, file, isTest: testFile.test(file) };
      return importsOf(path, text).flatMap((each) => sourceViolations(scene, each));
    }),
  ]);
}

function sourceViolations(scene: Scene, { specifier, line }: Import): readonly Violation[] {
  return [crossesNoArrow, staysInItsPackage, goesThroughTheGatekeeper]
    .map((rule) => rule(scene, specifier))
    .filter((reason) => reason !== undefined)
    .map((reason) => ({ file: scene.file, line, reason }));
}

const crossesNoArrow: Rule = ({ packages, from, isTest }, specifier) => {
  const to = packages.get(packageNameOf(specifier));
  return to ? forbidden(from, to, isTest) : undefined;
};

const staysInItsPackage: Rule = ({ root, from, file }, specifier) => {
  if (!specifier.startsWith('.')) return undefined;
  const target = resolve(dirname(join(root, file)), specifier);
  if (target.startsWith(from.folder + sep)) return undefined;
  return `"${specifier}" leaves the package. Import another package by its name, and only what it exports.`;
};

const goesThroughTheGatekeeper: Rule = ({ file, isTest }, specifier) => {
  const gatekeeper = gatekeepers.find(({ dependency }) => packageNameOf(specifier) === dependency);
  if (!gatekeeper || isTest || file.startsWith(`${gatekeeper.only}/`)) return undefined;
  return `only ${gatekeeper.only} may import ${gatekeeper.dependency}: ${gatekeeper.because}.`;
};

/** What a manifest makes its users install. `devDependencies` are what tests need, and follow the rule for tests. */
function manifestViolations(
  root: string,
  from: WorkspacePackage,
  packages: ReadonlyMap<string, WorkspacePackage>,
): readonly Violation[] {
  const file = slashed(relative(root, join(from.folder, 'package.json')));
  const lines = readFileSync(join(from.folder, 'package.json'), 'utf8').split('\n');
  const kinds = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies'] as const;
  return kinds.flatMap((kind) =>
    Object.keys(from.manifest[kind] ?? {}).flatMap((name) => {
      const to = packages.get(name);
      const reason = to ? forbidden(from, to, kind === 'devDependencies') : undefined;
      const headline = lines.findIndex((line) => line.includes(`"${kind}"`));
      const line = lines.findIndex((text, index) => index > headline && text.includes(`"${name}"`)) + 1;
      return reason ? [{ file, line, reason: `${kind}: ${reason}` }] : [];
    }),
  );
}

function forbidden(from: WorkspacePackage, to: WorkspacePackage, forTests: boolean): string | undefined {
  if (from === to) return `import ${to.manifest.name} from inside it by a relative path.`;
  const arrow = arrowOf(from.room);
  if (!arrow)
    return `${from.room} has no row yet. Add it to tooling/arrows/arrows.ts with the packages it may import.`;
  if (arrow.imports === '*' || arrow.imports.includes(to.room)) return undefined;
  if (forTests && [...testImports, ...(arrow.tests ?? [])].includes(to.room)) return undefined;
  const allowed =
    arrow.imports.length > 0 ? `only ${arrow.imports.join(' and ')}` : 'no other package of ours';
  return `${from.room} must not import ${to.room}, ${allowed}: ${arrow.because}.`;
}

/** `@sluice/core/http` and `undici/types` without their subpaths. */
function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function slashed(path: string): string {
  return path.replaceAll(sep, '/');
}
