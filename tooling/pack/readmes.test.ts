import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followGuide } from '../guides/follow-guide.ts';
import type { GuideStep } from '../guides/read-guide.ts';
import { readPackage, readPackages, repositoryRoot } from '../workspace/packages.ts';
import { type Installation, packAndInstall } from './packed-packages.ts';
import { importsOf, installsOf, isNamed, pagesWithBlocks } from './page-blocks.ts';
import { beside, fragments, notRun } from './page-exceptions.ts';
import { testedVersion } from './tested-versions.ts';
import { typeCheckAsUser } from './type-check.ts';

// What a reader gets who copies the programs and the commands of READMEs and pages: all of them, from the packed tarballs.

const pages = pagesWithBlocks();
const example = readPackage(join(repositoryRoot, 'examples', 'provider-echo'));
const packed = [...readPackages().filter(({ manifest }) => !manifest.private), example];

/** Each block that is checked as TypeScript, and the file that it becomes. */
const sources = pages.flatMap(({ page, blocks }) =>
  blocks.flatMap(({ treatment }, index) =>
    treatment.kind === 'program' || treatment.kind === 'fragment'
      ? [{ page, text: treatment.text, file: fileOf(page, index), isProgram: treatment.kind === 'program' }]
      : [],
  ),
);

/** What pages say to install beside our packages, in the versions that ours are tested with. */
const others = Object.fromEntries(
  ['vitest', ...pages.flatMap(({ text }) => installsOf(text))]
    .filter((name) => !packed.some(({ manifest }) => manifest.name === name))
    .map((name) => [name, testedVersion(name)]),
);

/** What this test uses of the sandbox, which comes from its tarball, too. */
interface Sandbox {
  readonly urls: Readonly<Record<'openai' | 'ylokh' | 'flowgpt' | 'h2o', string>>;
  readonly requests: readonly { readonly answer?: string }[];
  reset(): void;
  close(): Promise<void>;
}

/** The READMEs that begin with a program that asks a question and ends, and where it finds its upstream. */
const upstreams: { readonly [page: string]: keyof Sandbox['urls'] } = {
  'packages/core/README.md': 'openai',
  'packages/provider-openai-compatible/README.md': 'openai',
  'packages/provider-ylokh/README.md': 'ylokh',
  'packages/provider-flowgpt/README.md': 'flowgpt',
  'packages/provider-h2o/README.md': 'h2o',
  'packages/registry/README.md': 'openai',
  'packages/ai-sdk/README.md': 'openai',
};

/** Programs and commands that go on until they are ended, and what shows that they have begun. */
const servers: readonly (readonly [begins: RegExp, shows: string])[] = [
  [/^sluice serve .*--json/, '{"type":"listening",…'],
  [/^sluice (?:serve|sandbox)/, 'sluice: it runs until Ctrl-C; …'],
  [/packages-gateway-README/, '…base URL for clients: …/v1'],
];

let installation: Installation;
let sandbox: Sandbox;

beforeAll(async () => {
  installation = await packAndInstall(packed, others);
  const resolve = createRequire(join(installation.folder, 'user.js')).resolve;
  const { createSandbox } = (await import(pathToFileURL(resolve('@sluice/sandbox')).href)) as {
    createSandbox(options: object): Promise<Sandbox>;
  };
  // Slow enough to see it stream: the whole answer takes a fifth of a second.
  const services = { openai: { anyModel: true } };
  sandbox = await createSandbox({ tokensPerSecond: 100, answerTokens: 20, services });
  const local = { use: 'openai-compatible', options: { baseURL: sandbox.urls.openai, defaultModel: 'any' } };
  const config = { providers: { local }, routes: { fast: ['local'], any: ['local'] } };
  const manifest = await readFile(join(installation.folder, 'package.json'), 'utf8');
  for (const { page } of pages) {
    const folder = join(installation.folder, folderOf(page));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), manifest);
    await writeFile(join(folder, 'sluice.config.json'), JSON.stringify(config));
  }
  for (const [page, files] of Object.entries(beside)) {
    for (const [name, text] of Object.entries(files)) {
      await writeFile(join(installation.folder, folderOf(page), name), text);
    }
  }
  for (const { file, text } of sources) await writeFile(join(installation.folder, file), reachable(text));
});

afterAll(async () => {
  await sandbox?.close();
  await installation?.remove();
});

/** Each page has an application of its own, so that they don't see each other's files. */
function folderOf(page: string): string {
  return join('pages', page.replace(/\W+/g, '-'));
}

function fileOf(page: string, index: number): string {
  return join(folderOf(page), `${index + 1}.ts`);
}

/** A text with servers that are there in the place of those that a reader has. */
function reachable(text: string): string {
  return text
    .replaceAll(/http:\/\/(?:127\.0\.0\.1|localhost):11434\/v1/g, sandbox.urls.openai)
    .replaceAll(/http:\/\/(?:127\.0\.0\.1|localhost):3000|https:\/\/chat\.example\.com/g, sandbox.urls.h2o)
    .replaceAll('port: 7300', 'port: 0');
}

/** What programs that read their address from the environment are given. */
const environmentFor = (page: string): Readonly<Record<string, string>> => {
  const upstream = upstreams[page] ?? 'openai';
  return { BASE_URL: sandbox.urls[upstream], ...(upstream === 'openai' ? { MODEL: 'sandbox' } : {}) };
};

/** The commands and programs of a page, as the steps of somebody who types them all, each server in a terminal of its own. */
function stepsOf({ page, blocks }: (typeof pages)[number]): readonly GuideStep[] {
  let port = 7300;
  const environment = Object.entries(environmentFor(page)).map(([name, value]) => `${name}=${value}`);
  const lines = blocks.flatMap(({ treatment }, index) => {
    if (treatment.kind === 'commands') {
      // Installing is checked apart. What a server refuses is no success, which curl alone does not say.
      return treatment.lines
        .filter((line) => !line.startsWith('npm install'))
        .map((line) => reachable(line).replace(/^curl /, 'curl --fail-with-body '));
    }
    const program = `${environment.join(' ')} node "${join(installation.folder, fileOf(page, index))}"`;
    return treatment.kind === 'program' && treatment.isRun ? [program] : [];
  });
  return lines.map((line, index): GuideStep => {
    const server = servers.find(([begins]) => begins.test(line));
    if (server === undefined) return { kind: 'run', lines: [line] };
    const onPort = line.startsWith('sluice serve') ? `${line} --port ${port++}` : line;
    return { kind: 'run', terminal: `${index}`, lines: [onPort], output: server[1] };
  });
}

/** Runs a program as a user would, and gives what it printed, in the pieces in which it came. */
async function runProgram(page: string, index: number) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(installation.folder, fileOf(page, index))],
    {
      cwd: join(installation.folder, folderOf(page)),
      env: { PATH: process.env.PATH, ...environmentFor(page) },
    },
  );
  const pieces: string[] = [];
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, pieces, stdout: pieces.join(''), stderr };
}

/** Where the first program of a page stands among its blocks. */
const firstProgram = (page: string): number =>
  pages
    .find((each) => each.page === page)
    ?.blocks.findIndex(({ treatment }) => treatment.kind === 'program') ?? -1;

test('every block of code is run, checked, or in the table of those that are not, with a reason', () => {
  const unknown = pages.flatMap(({ page, blocks }) =>
    blocks
      .filter(({ treatment }) => treatment.kind === 'unknown')
      .map(({ block }) => `${page}: a block of ${block.language}: ${block.text.split('\n', 1)}`),
  );
  expect(unknown).toEqual([]);
});

test('the tables of exceptions name nothing that is gone', () => {
  const stale = [notRun, fragments].flatMap((table) =>
    Object.entries(table).flatMap(([page, entries]) => {
      const { blocks = [] } = pages.find((each) => each.page === page) ?? {};
      return Object.keys(entries)
        .filter((start) => !blocks.some(({ block }) => isNamed(start, block)))
        .map((start) => `${page}: ${start}`);
    }),
  );
  expect(stale).toEqual([]);
});

test('every program of every page is TypeScript without a mistake', async () => {
  await typeCheckAsUser(
    installation.folder,
    sources.map(({ file }) => file),
  );
});

test('every sluice.config.json is right', async () => {
  const resolve = createRequire(join(installation.folder, 'user.js')).resolve;
  const { checkConfig } = (await import(pathToFileURL(resolve('@sluice/registry/config')).href)) as {
    checkConfig(config: unknown): unknown;
  };
  const configs = pages.flatMap(({ blocks }) =>
    blocks.flatMap(({ treatment }) => (treatment.kind === 'config' ? [treatment.text] : [])),
  );
  expect(configs.length).toBeGreaterThan(0);
  for (const text of configs) expect(checkConfig(JSON.parse(text))).toEqual(JSON.parse(text));
});

test.each(pages.filter(({ text }) => installsOf(text).length > 0))(
  '$page says to install all that its programs import',
  ({ text, page }) => {
    // What begins with the name of a file goes into a project that has more.
    const imported = sources
      .filter((each) => each.page === page && each.isProgram && each.text.startsWith('import '))
      .flatMap((each) => importsOf(each.text));
    expect(imported.filter((name) => !installsOf(text).includes(name))).toEqual([]);
  },
);

test.each(Object.keys(upstreams))('%s begins with ten lines that stream an answer', async (page) => {
  const index = firstProgram(page);
  const [first] = sources.filter((each) => each.page === page);
  const lines = first?.text.split('\n').filter((line) => line.trim() !== '') ?? [];
  expect(lines.length).toBeLessThanOrEqual(page.includes('/provider-') ? 12 : 15);
  sandbox.reset();
  const { exitCode, pieces, stdout, stderr } = await runProgram(page, index);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain(sandbox.requests.find(({ answer }) => answer)?.answer);
  expect(pieces.length).toBeGreaterThan(1);
});

test('the README of the sandbox begins with a program that shows what was asked', async () => {
  const page = 'packages/sandbox/README.md';
  const { exitCode, stdout, stderr } = await runProgram(page, firstProgram(page));
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain("phase: 'message', status: 200");
});

test('the conformance test in the README of the kit is the one of the example', async () => {
  const shown = pages
    .find(({ page }) => page === 'packages/testkit/README.md')
    ?.blocks.find(({ block }) => block.text.startsWith('// conformance.test.ts'))?.block.text;
  const real = await readFile(join(example.folder, 'src', 'conformance.test.ts'), 'utf8');
  expect(shown?.replace(/^.*\n/, '')).toBe(real);
});

test.each(pages.filter((page) => stepsLeft(page)))(
  'the programs and commands of $page run',
  { timeout: 120_000 },
  async (page) => {
    const packages = {
      install: async () => {},
      creator: 'false',
      commands: join(installation.folder, 'node_modules', '.bin'),
    };
    await followGuide(stepsOf(page), join(installation.folder, folderOf(page.page)), packages);
  },
);

function stepsLeft({ blocks }: (typeof pages)[number]): boolean {
  return blocks.some(
    ({ treatment }) =>
      (treatment.kind === 'program' && treatment.isRun) ||
      (treatment.kind === 'commands' && treatment.lines.some((line) => !line.startsWith('npm install'))),
  );
}
