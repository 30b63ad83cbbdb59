import { existsSync, readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { settled } from '../config/server-settings.ts';
import { buildContext, dockerfile, repository, stagesOf } from './dockerfile.fixture.ts';

const stages = stagesOf(dockerfile);
const [build, serve] = stages;
const stepsOf = (stage: typeof build, keyword: string): string[] =>
  stage?.steps.filter((step) => step.keyword === keyword).map(({ words }) => words) ?? [];

test('the linter has nothing to say of the Dockerfile', () => {
  expect(validate(dockerfile).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual([]);
});

test('stages are named, on the Node that the repository pins, and copy only from stages before them', () => {
  expect(stages.map(({ name }) => name)).toEqual(['build', 'serve']);
  const pinned = /^ {2}node: (.*)$/m.exec(readFileSync(`${repository}pnpm-workspace.yaml`, 'utf8'))?.[1];
  expect(dockerfile).toContain(`ARG NODE_VERSION=${pinned}\n`);
  for (const { image } of stages) expect(image).toMatch(/^node:\$\{NODE_VERSION\}-/);
  const copied = stages.flatMap(({ steps }, index) =>
    steps.flatMap(({ from }) =>
      from === undefined ? [] : [stages.slice(0, index).some(({ name }) => name === from)],
    ),
  );
  expect(copied).toEqual([true]);
});

test('it installs what the lockfile says with the pinned pnpm', () => {
  const installing = stepsOf(build, 'RUN').filter((words) => / install /.test(words));
  expect(installing[0]).toContain("require('./package.json').packageManager");
  expect(installing.slice(1).every((words) => words.includes('--frozen-lockfile'))).toBe(true);
  expect(stepsOf(serve, 'RUN')).toEqual([]);
});

test('every path and package that it names is there, and the build sees it', () => {
  const context = buildContext();
  for (const file of [
    'package.json',
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    'tsconfig.base.json',
    'LICENSE',
  ])
    expect(context, file).toContain(file);
  for (const [, name] of dockerfile.matchAll(/"@sluice\/([a-z-]+)(?:\.\.\.)?"/g)) {
    const folder = name === 'tooling' ? 'tooling' : `packages/${name}`;
    expect(context).toContain(`${folder}/package.json`);
  }
  // The packed packages are put in their places by these names.
  for (const file of context.filter((each) => /^packages\/[^/]+\/package\.json$/.test(each))) {
    const { name, private: isPrivate } = JSON.parse(readFileSync(`${repository}${file}`, 'utf8')) as {
      name: string;
      private?: boolean;
    };
    if (!isPrivate && name.startsWith('@sluice/'))
      expect(file).toBe(`packages/${name.slice('@sluice/'.length)}/package.json`);
  }
  expect(existsSync(`${repository}packages/cli/src/bin.ts`)).toBe(true);
  expect(
    context.filter((file) => /(^|\/)(node_modules|dist|bench|docs|\.git|\.env)(\/|$)|\.test\.ts$/.test(file)),
  ).toEqual([]);
});

test('it runs as nobody in particular, listens where it says, and asks for its health without curl', () => {
  expect(stepsOf(serve, 'USER')).toEqual(['node']);
  const { port } = settled({});
  expect(stepsOf(serve, 'EXPOSE')).toEqual([String(port)]);
  expect(JSON.parse(stepsOf(serve, 'CMD')[0] ?? '')).toEqual([
    'serve',
    '--host',
    '0.0.0.0',
    '--port',
    String(port),
    '--log',
    'json',
  ]);
  const [check = ''] = stepsOf(serve, 'HEALTHCHECK');
  const [program, flag, code] = JSON.parse(check.slice(check.indexOf('['))) as string[];
  expect([program, flag]).toEqual(['node', '--eval']);
  expect(code).toContain(`fetch('http://127.0.0.1:${port}/healthz'`);
});
