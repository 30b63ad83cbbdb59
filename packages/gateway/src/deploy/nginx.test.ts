import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { hello, scriptedProvider, startTestGateway, type TestGateway } from '../gateway.fixture.ts';
import { exampleOf } from './deploy-page.fixture.ts';

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find((path) => existsSync(path));
const title = (what: string): string =>
  nginx === undefined ? `${what} (not checked: apt-get install nginx-light)` : what;

const key = 'a-key-for-tests-0123456789';
const headers = { authorization: `Bearer ${key}` };
const keyed = { env: { TEAM_KEY: key }, server: { keys: [{ name: 'team', env: 'TEAM_KEY' }] } };

async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise<unknown>((resolve) => server.close(resolve));
  return port;
}

/** nginx with the block of docs/deploy.md, but for its certificate and ports. */
async function startNginx(gateway: TestGateway): Promise<AsyncDisposable & { url: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
  const port = await freePort();
  const block = exampleOf('nginx', 'proxy_pass')
    .replace('127.0.0.1:7300;', `${new URL(gateway.url).host};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace(/^ *ssl_certificate.*$/gm, '');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const file = join(folder, 'nginx.conf');
  await writeFile(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
     events {}
     http { access_log off; ${temporary.join(' ')}\n${block}\n}`,
  );
  const run = [nginx as string, ['-e', join(folder, 'error.log'), '-p', folder, '-c', file]] as const;
  await promisify(execFile)(run[0], [...run[1], '-t']);
  const child: ChildProcess = spawn(run[0], [...run[1]], { stdio: 'ignore' });
  // Also when the test stands still, and nothing is disposed of.
  onTestFinished(() => void child.kill('SIGKILL'));
  const isUp = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  await expect.poll(isUp, { timeout: 5_000, interval: 20 }).toBe(true);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      const log = await readFile(join(folder, 'error.log'), 'utf8');
      await rm(folder, { recursive: true });
      expect(log.split('\n').filter((line) => /\[(emerg|alert|crit)\]/.test(line))).toEqual([]);
    },
  };
}

function ask(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, stream: true }),
    ...init,
  });
}

test.runIf(nginx)(title('through nginx each token arrives before the next one is sent'), async () => {
  const tokens = ['one', ' two', ' three'];
  let next = 0;
  let send = (): void => {};
  await using gateway = await startTestGateway({
    ...keyed,
    providers: () => [
      scriptedProvider('main', () => ({
        async pull(into) {
          // The first comes by itself, each other one when the test has seen the one before.
          if (next > 0) await new Promise<void>((resolve) => (send = resolve));
          const text = tokens[next];
          next += 1;
          into.push(text === undefined ? { type: 'finish', reason: 'stop' } : { type: 'text-delta', text });
          return true;
        },
        close() {},
      })),
    ],
  });
  await using proxy = await startNginx(gateway);
  const response = await ask(proxy.url);
  expect(response.status).toBe(200);
  expect(response.headers.get('server')).toContain('nginx');
  let seen = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    seen += decoder.decode(chunk);
    // Were anything gathered on the way, this token would not have come before the next was sent, and the test would stand still.
    if (next <= tokens.length && seen.includes(`"content":"${tokens[next - 1]}"`)) send();
  }
  expect(seen).toMatch(/one.* two.* three.*\[DONE\]\n\n$/s);
});

test.runIf(nginx).each([
  ['in mid-stream', { tokensPerSecond: 50, answerTokens: 1000 }],
  ['before the first token', { firstTokenMs: 60_000 }],
])(title('a client that leaves nginx %s closes the upstream within 250 ms'), async (phase, sandbox) => {
  await using gateway = await startTestGateway({ ...keyed, sandbox });
  await using proxy = await startNginx(gateway);
  const leave = new AbortController();
  const response = ask(proxy.url, { signal: leave.signal });
  response.catch(() => {});
  const upstream = await gateway.sandbox.waitForRequest({ phase: 'message' });
  if (phase === 'in mid-stream') await (await response).body?.getReader().read();
  const left = performance.now();
  leave.abort();
  expect(await upstream.ended).toBe('client');
  expect(performance.now() - left).toBeLessThan(250);
  await expect.poll(() => gateway.lines.at(-1)).toMatchObject({ ending: 'client-gone' });
});

test.runIf(nginx)(
  title('errors, ids and limits come through nginx as they are, metrics do not'),
  async () => {
    await using gateway = await startTestGateway(keyed);
    await using proxy = await startNginx(gateway);
    const wrong = await ask(proxy.url, { headers: { authorization: 'Bearer wrong' } });
    expect(wrong.status).toBe(401);
    expect(await wrong.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
    expect(wrong.headers.get('x-request-id')).toMatch(/^[\da-f]{32}$/);
    expect((await fetch(`${proxy.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${proxy.url}/metrics`, { headers })).status).toBe(404);
  },
);
