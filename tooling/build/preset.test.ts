import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPackage } from '../workspace/packages.ts';
import { buildPackage } from './preset.ts';
import { runTsc } from './tsc.ts';

const sources = {
  'packages/water/package.json': JSON.stringify({
    name: '@fixture/water',
    version: '1.2.3',
    type: 'module',
    exports: {
      '.': './src/index.ts',
      './deep': './src/deep/index.ts',
      './water.schema.json': './src/deep/water.schema.json',
    },
    bin: { water: './src/bin.ts' },
  }),
  'packages/water/src/index.ts':
    "export { Drop } from './drop.ts';\nexport type { Depth } from './deep/index.ts';\n",
  'packages/water/src/deep/water.schema.json': '{}',
  'packages/water/src/drop.ts': 'export class Drop {\n  readonly wet: boolean = true;\n}\n',
  'packages/water/src/drop.test.ts': "import './drop.ts';\n",
  'packages/water/src/deep/index.ts':
    "import { Drop } from '../drop.ts';\nexport interface Depth {\n  readonly metres: number;\n}\nexport const first: Drop = new Drop();\n",
  'packages/water/src/bin.ts':
    "#!/usr/bin/env node\nimport manifest from '../package.json' with { type: 'json' };\nconsole.log(manifest.version);\n",
  'packages/mill/package.json': JSON.stringify({
    name: '@fixture/mill',
    version: '1.0.0',
    type: 'module',
    exports: { '.': './src/index.ts' },
    dependencies: { '@fixture/water': 'workspace:^' },
  }),
  'packages/mill/src/index.ts':
    "import { Drop } from '@fixture/water';\nexport const turn = (drop: Drop): Drop => (drop.wet ? drop : new Drop());\n",
};

let root: string;
const at = (path: string): string => join(root, 'packages', path);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-build-'));
  for (const [path, text] of Object.entries(sources)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const name of ['water', 'mill']) await writeFile(at(`${name}/tsconfig.json`), '{}');
  await mkdir(at('mill/node_modules/@fixture'), { recursive: true });
  await symlink(at('water'), at('mill/node_modules/@fixture/water'));
  await buildPackage(readPackage(at('water')), root);
  await buildPackage(readPackage(at('mill')), root);
}, 60_000);

afterAll(() => rm(root, { recursive: true, force: true }));

test('a package is built to one script and its declarations per entry, with the JSON that it exports and without its tests', async () => {
  const files = (await readdir(at('water/dist'), { recursive: true })).filter(
    (name) => !name.startsWith('chunk-'),
  );
  expect(files.sort()).toEqual([
    'bin.d.ts',
    'bin.js',
    'deep',
    'deep/index.d.ts',
    'deep/index.js',
    'drop.d.ts',
    'index.d.ts',
    'index.js',
    'water.schema.json',
  ]);
});

test('two entries of a package share one copy of a class', async () => {
  const { Drop } = await import(at('water/dist/index.js'));
  const { first } = await import(at('water/dist/deep/index.js'));
  expect(first).toBeInstanceOf(Drop);
});

test('the types of an entry reach its user through the declarations it imports', async () => {
  // Declarations keep the `.ts` of their relative imports, and TypeScript finds the `.d.ts` beside them.
  const user = at('user.ts');
  await writeFile(
    user,
    "import { Drop } from './water/dist/index.js';\nexport const dry: false = new Drop().wet;\n",
  );
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--module',
    'nodenext',
    '--types',
    '',
    '--skipLibCheck',
    'false',
  ];
  await expect(runTsc([...options, user])).rejects.toThrow(
    "TS2322: Type 'boolean' is not assignable to type 'false'",
  );
});

test('another package of the workspace stays an import', async () => {
  expect(await readFile(at('mill/dist/index.js'), 'utf8')).toMatch(
    /import \{ Drop \} from ["']@fixture\/water["']/,
  );
  expect(await readdir(at('mill/dist'))).toEqual(['index.d.ts', 'index.js']);
});

test('a command keeps its first line', async () => {
  expect(await readFile(at('water/dist/bin.js'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test('a type error ends the build and says where it is', async () => {
  await writeFile(at('mill/src/index.ts'), 'export const wheel: number = "round";\n');
  await expect(buildPackage(readPackage(at('mill')), root)).rejects.toThrow(/mill\/src\/index\.ts.*TS2322/s);
});
