import { type Answers, constantCase, pascalCase } from './answers.ts';
import { keepBlocks } from './condition-blocks.ts';

/** Texts of files by their paths, with `/`. */
export type Files = ReadonlyMap<string, string>;

/** What a package is made of beside the answers. */
export interface Surroundings {
  /** Version ranges of everything that a template depends on, by package name. */
  readonly ranges: { readonly [packageName: string]: string };
  /** For the licence. */
  readonly year: number;
}

/**
 * Files that can't have their own name in a template: npm leaves the first out of packages, with the second pnpm takes it for the
 * licence of this package and adds none, and JSON has no comments.
 */
const realNames: { readonly [path: string]: string } = {
  gitignore: '.gitignore',
  'mit-license': 'LICENSE',
  'demo/sluice.config.jsonc': 'demo/sluice.config.json',
};

/** Makes the files of a package of those of its template. Pure: the same answers give the same bytes. */
export function renderPackage(template: Files, answers: Answers, surroundings: Surroundings): Files {
  const replace = replacer(answers, surroundings.year);
  const conditions = conditionsOf(answers);
  const rendered = [...template].map(([path, text]): [string, string] => {
    const own = replace(keepBlocks(text, conditions));
    const isManifest = path === 'package.json';
    return [replace(realNames[path] ?? path), isManifest ? settleManifest(own, answers, surroundings) : own];
  });
  return new Map(rendered.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Puts the answers in the place of the names that templates have: all in one pass, so that no answer is taken for a name. */
function replacer({ packageName, id, title, baseURL }: Answers, year: number): (text: string) => string {
  const replacements: { readonly [name: string]: string } = {
    'sluice-provider-acme': packageName,
    'https://acme.example/api': baseURL,
    'Acme Chat': title,
    Acme: pascalCase(id),
    ACME: constantCase(id),
    acme: id,
    YEAR: String(year),
  };
  const names = new RegExp(
    Object.keys(replacements)
      .map((name) => name.replaceAll('.', '\\.'))
      .join('|'),
    'g',
  );
  return (text) => text.replace(names, (name) => replacements[name] ?? name);
}

function conditionsOf({ protocol, needsKey }: Answers): ReadonlySet<string> {
  return new Set([needsKey ? 'key' : 'no-key', protocol, ...(protocol === 'multi-step' ? [] : ['one-shot'])]);
}

/** The parts of a template's package.json that depend on answers and versions; JSON has no comments to mark them with. */
interface Manifest {
  readonly sluice: {
    needsAuth: boolean;
    readonly capabilities: { needsAuth: boolean };
    readonly options: { required?: unknown; readonly properties: { apiKey?: unknown } };
  };
  readonly peerDependencies: { [name: string]: string };
  readonly devDependencies: { [name: string]: string };
}

function settleManifest(text: string, { needsKey }: Answers, { ranges }: Surroundings): string {
  const manifest = JSON.parse(text) as Manifest;
  const { sluice, peerDependencies, devDependencies } = manifest;
  if (!needsKey) {
    sluice.needsAuth = false;
    sluice.capabilities.needsAuth = false;
    delete sluice.options.properties.apiKey;
    delete sluice.options.required;
  }
  for (const dependencies of [peerDependencies, devDependencies]) {
    for (const name of Object.keys(dependencies)) {
      const range = ranges[name];
      if (range === undefined) throw new Error(`the version of ${name} is not known`);
      dependencies[name] = range;
    }
  }
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
