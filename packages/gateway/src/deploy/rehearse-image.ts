// Runs the steps of the Dockerfile without a Docker engine: its build stage, command by command, in an empty folder that holds
// what .dockerignore lets through, and then the image's own start and health check. Not an image, but everything that it is made by.
//
//   npm run rehearse-image          (in packages/gateway; takes a minute, needs the package registry)
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { buildContext, dockerfile, repository, type Stage, stagesOf } from './dockerfile.fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'sluice-image-'));
/** What would be in the image at a fixed place is below the empty folder. */
const places = ['/repository', '/packed', '/pnpm/store', '/app', '/config'];
const inside = (command: string): string =>
  command.replace(/(^|[\s"'=])(\/[\w.@/-]*)/g, (whole, before: string, path: string) =>
    places.some((place) => path === place || path.startsWith(`${place}/`))
      ? `${before}${root}${path}`
      : whole,
  );
const env: NodeJS.ProcessEnv = {
  ...process.env,
  CI: 'true',
  npm_config_prefix: join(root, 'usr'),
  PATH: `${join(root, 'usr', 'bin')}:${process.env.PATH}`,
};

let server: ChildProcess | undefined;
try {
  const [build, serve] = stagesOf(dockerfile) as [Stage, Stage];
  mkdirSync(join(root, 'repository'));
  // What is committed: whoever is in the middle of something would fail for that.
  const archive = execFileSync('git', ['archive', 'HEAD', '--', ...buildContext()], {
    cwd: repository,
    maxBuffer: 1024 * 1024 * 1024,
  });
  execFileSync('tar', ['--extract', '--directory', join(root, 'repository')], { input: archive });
  for (const { keyword, words } of build.steps) {
    if (keyword !== 'RUN') continue;
    const began = performance.now();
    execFileSync('/bin/sh', ['-c', inside(words)], {
      cwd: join(root, 'repository'),
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    console.log(
      `${((performance.now() - began) / 1000).toFixed(1)} s  RUN ${words.replace(/\s+/g, ' ').slice(0, 100)}`,
    );
  }
  // The image has neither the repository nor the store.
  rmSync(join(root, 'repository'), { recursive: true });
  const size = execFileSync('du', ['-sk', join(root, 'app')], { encoding: 'utf8' }).split('\t')[0];
  const native = execFileSync('find', [join(root, 'app'), '-name', '*.node'], { encoding: 'utf8' });
  console.log(`/app: ${(Number(size) / 1024).toFixed(1)} MiB; compiled modules: ${native.trim() || 'none'}`);

  mkdirSync(join(root, 'config'));
  writeFileSync(
    join(root, 'config', 'sluice.config.json'),
    JSON.stringify({
      providers: { local: { use: 'openai-compatible', options: { baseURL: 'http://127.0.0.1:9/v1' } } },
      server: { keys: [{ name: 'team', env: 'TEAM_KEY' }] },
    }),
  );
  const of = (keyword: string): string[] =>
    JSON.parse(inside(serve.steps.find((step) => step.keyword === keyword)?.words ?? '[]')) as string[];
  const [program, ...args] = [...of('ENTRYPOINT'), ...of('CMD')] as [string, ...string[]];
  const key = 'a-key-for-the-rehearsal-0123456789';
  server = spawn(program, args, {
    cwd: join(root, 'config'),
    env: { NODE_ENV: 'production', PATH: process.env.PATH, TEAM_KEY: key },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const check =
    serve.steps.find(({ keyword }) => keyword === 'HEALTHCHECK')?.words.replace(/^.*?CMD /, '') ?? '[]';
  const [checker, ...checkArgs] = JSON.parse(check) as [string, ...string[]];
  const isHealthy = (): boolean => {
    try {
      execFileSync(checker, checkArgs, { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  for (let tries = 0; !isHealthy(); tries += 1) {
    if (tries === 50) throw new Error('it never became healthy');
    await wait(100);
  }
  const models = await fetch('http://127.0.0.1:7300/v1/providers', {
    headers: { authorization: `Bearer ${key}` },
  });
  console.log(
    `healthy; GET /v1/providers: ${models.status}; without the key: ${(await fetch('http://127.0.0.1:7300/v1/providers')).status}`,
  );
  const ended = new Promise((resolve) => server?.once('exit', (code, signal) => resolve(code ?? signal)));
  server.kill('SIGTERM');
  console.log(
    `SIGTERM: exit ${await ended}; health check afterwards: ${isHealthy() ? 'healthy' : 'unhealthy'}`,
  );
  server = undefined;
} finally {
  server?.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
}
