import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBrokenTlsServer, createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applicationOf, echoApplication } from '../application.fixture.ts';
import { type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { closedAddress, httpServer } from '../http-server.fixture.ts';
import { run } from '../main.ts';
import { createTerminal } from '../terminal/terminal.ts';
import { doctorCommand } from './doctor.ts';

const key = 'good-key-0123456789';
let sandbox: Sandbox;
/** One that asks for the key. */
let guarded: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  guarded = await createSandbox({ apiKey: key });
});
beforeEach(async () => {
  sandbox.reset();
  guarded.reset();
  folder = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(async () => {
  await sandbox.close();
  await guarded.close();
});

async function doctor(args: string, options: FakeIoOptions = {}) {
  const io = fakeIo({ cwd: folder, ...options });
  const exitCode = await run(['doctor', ...args.split(' ').filter((arg) => arg !== '')], io);
  return { exitCode, io, out: io.stdout.text, err: io.stderr.text };
}

const configure = (config: object): Promise<void> =>
  writeFile(join(folder, 'sluice.config.json'), JSON.stringify(config));

/** A provider of the configuration at this address. */
const at = (baseURL: string, more: object = {}, settings: object = {}) => ({
  use: 'openai-compatible',
  options: { baseURL, defaultModel: 'sandbox', ...more },
  ...settings,
});

/** The output without what differs from run to run. */
function steady(text: string): string {
  return text
    .replaceAll(folder, '/app')
    .replace(/^(Node +)\S+/m, '$1(version)')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/\d+(?:\.\d+)? m?s\b/g, 'TIME');
}

/** The same with one space for any number of them: the columns are as wide as the times. */
const evened = (text: string): string => steady(text).replace(/ +/g, ' ');

describe('sluice doctor without a configuration', () => {
  it('asks the sandbox, says so, and prints a table', async () => {
    const { exitCode, out, err } = await doctor('--sandbox-rate 0');
    expect(exitCode).toBe(0);
    expect(err).toMatch(/^sluice: no upstream is configured: the embedded sandbox answers.*\n$/);
    expect(evened(out)).toMatchInlineSnapshot(`
      "Node (version)
      configuration none
      providers flowgpt, h2o, openai-compatible, ylokh

      target works first token total answered by
      h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1 yes TIME TIME h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1
      ylokh:gpt-3.5-turbo yes TIME TIME gpt-3.5-turbo
      flowgpt:gpt-3.5-turbo yes TIME TIME gpt-3.5-turbo
      openai-compatible:sandbox yes TIME TIME sandbox

      All 4 work.
      "
    `);
  });

  it('finds what is down', async () => {
    const { exitCode, out } = await doctor('--sandbox-rate 0 --sandbox-down h2o,ylokh');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^2 of 4 work\.$/m);
    expect(out).toMatch(/^h2o:.+: the connection was reset \(ECONNRESET\) \(network\)$/m);
  });

  it('fails if nothing works', async () => {
    const { exitCode, out } = await doctor('--sandbox-down h2o,ylokh,flowgpt,openai-compatible');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^Nothing works\.\n$/m);
  });
});

describe('sluice doctor with a configuration', () => {
  it('says of each target what is the first thing to do', async () => {
    await using tls = await createBrokenTlsServer();
    await using page = await httpServer((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome</body></html>'),
    );
    sandbox.setFault('vllm', 'challenge-page');
    sandbox.setFault('ollama', 'never-answer');
    sandbox.setFault('llamacpp', {
      name: 'status-429',
      parameters: { retryAfter: 'seconds', retryAfterMs: 7_000 },
    });
    const { vllm, ollama, llamacpp } = sandbox.urls;
    const { openai } = guarded.urls;
    await configure({
      providers: {
        good: at(openai, {}, { apiKeyEnv: 'GOOD_KEY' }),
        refused: at(await closedAddress()),
        'key-less': at(openai),
        'key-wrong': at(openai, {}, { apiKeyEnv: 'WRONG_KEY' }),
        misspelt: at(sandbox.urls.openai, { defaultModel: 'sandbx' }),
        'robot-check': at(vllm),
        slow: at(ollama),
        limited: at(llamacpp),
        'no-tls': at(tls.url.replace('http:', 'https:')),
        'wrong-page': at(page.url),
        proxied: at('http://upstream.test/v1', { proxy: await closedAddress() }),
        off: at(openai, {}, { disabled: 'it is not paid any more' }),
      },
    });
    const { exitCode, out } = await doctor('--timeout 300ms', {
      env: { GOOD_KEY: key, WRONG_KEY: 'wrong-key-9876543210' },
    });
    expect(exitCode).toBe(0);
    expect(out).not.toMatch(/good-key|wrong-key-9|Reply with/);
    expect(evened(out)).toMatchInlineSnapshot(`
      "Node (version)
      configuration /app/sluice.config.json
      providers flowgpt, h2o, openai-compatible, ylokh
      variables all set

      target works first token total answered by
      good:sandbox yes TIME TIME sandbox
      refused:sandbox no TIME
      key-less:sandbox no TIME
      key-wrong:sandbox no TIME
      misspelt:sandbx no TIME
      robot-check:sandbox no TIME
      slow:sandbox no TIME
      limited:sandbox no TIME
      no-tls:sandbox no TIME
      wrong-page:sandbox no TIME
      proxied:sandbox no TIME
      off:sandbox not asked

      refused:sandbox: no answer from 127.0.0.1:PORT: the connection was refused; is the server running there? (ECONNREFUSED) (network)
       → start the server, or mend providers.refused.options.baseURL

      key-less:sandbox: key-less answered 401: You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: [redacted]; check the API key (auth)
       → put its key into an environment variable, and name that in providers.key-less.apiKeyEnv

      key-wrong:sandbox: key-wrong answered 401: Incorrect API key provided.; check the API key (auth)
       → check the key in WRONG_KEY: the server refuses it

      misspelt:sandbx: misspelt answered 404: The model \`sandbx\` does not exist or you do not have access to it. (model-not-found)
       → did you mean sandbox? Mend it in providers.misspelt, or in the route that names it

      robot-check:sandbox: robot-check sent a web page ("Just a moment...") instead of an answer; it wants a browser or a human; try later, or from another address (blocked)
       → open the address in a browser: it asks whether you are human; from another network it may not, and no program gets past it

      slow:sandbox: no answer began within TIME (timeout.firstToken) (first-token-timeout)
       → the server took the question and said nothing: a model may still be loading; give it longer with --timeout

      limited:sandbox: limited answered 429: Rate limit reached for requests. (rate-limited)
       → wait TIME, or use a key with a higher limit

      no-tls:sandbox: no answer from 127.0.0.1:PORT: no secure connection (TLS); check the certificate and that the port speaks https (ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE) (network)
       → check that providers.no-tls.options.baseURL says https only where the server does; NODE_EXTRA_CA_CERTS names a file with a certificate of your own

      wrong-page:sandbox: wrong-page sent a web page instead of an answer; check that baseURL is the address of the API (invalid-response)
       → check providers.wrong-page.options.baseURL: something else answers there (an OpenAI-compatible address ends in /v1)

      proxied:sandbox: the proxy 127.0.0.1:PORT cannot be reached (ECONNREFUSED); check its address (network)
       → check the proxy: providers.proxied.options.proxy, else HTTP_PROXY and HTTPS_PROXY; NO_PROXY=127.0.0.1,localhost keeps local servers out of those

      off:sandbox: it is not paid any more

      1 of 11 work. 1 not asked.
      "
    `);
  });

  it('asks the first model that a server lists where nothing names one', async () => {
    await configure({
      providers: { local: { use: 'openai-compatible', options: { baseURL: sandbox.urls.ollama } } },
    });
    const { exitCode, out } = await doctor('');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^local +yes .+ \S+$/m);
    expect(sandbox.requestsTo({ phase: 'models' })).toHaveLength(1);
    expect(sandbox.requestsTo({ phase: 'message' })).toHaveLength(1);
  });

  it('asks targets of routes, too, each once, and a target with several keys with each of them', async () => {
    await configure({
      providers: { good: at(guarded.urls.openai, {}, { keysEnv: ['GOOD_KEY', 'WRONG_KEY'] }) },
      routes: { fast: ['good:sandbox-mini', 'good:sandbox'] },
    });
    const { exitCode, out } = await doctor('--json', {
      env: { GOOD_KEY: key, WRONG_KEY: 'wrong-key-9876543210' },
    });
    expect(exitCode).toBe(0);
    const { targets, working } = JSON.parse(out) as {
      readonly targets: readonly { target: string; credential: string; state: string; advice?: string }[];
      readonly working: number;
    };
    expect(working).toBe(2);
    expect(targets.map(({ target, credential, state }) => [target, credential, state])).toEqual([
      ['good:sandbox', 'GOOD_KEY', 'works'],
      ['good:sandbox', 'WRONG_KEY', 'fails'],
      ['good:sandbox-mini', 'GOOD_KEY', 'works'],
      ['good:sandbox-mini', 'WRONG_KEY', 'fails'],
    ]);
    expect(targets[1]?.advice).toBe('check the key in WRONG_KEY: the server refuses it');
    expect(guarded.requestsTo({ phase: 'message' })).toHaveLength(4);
  });

  it('checks what can be used of a configuration with mistakes', async () => {
    await configure({
      providers: {
        good: at(sandbox.urls.openai),
        unset: at(guarded.urls.openai, {}, { apiKeyEnv: 'NOT_SET' }),
        typo: { use: 'opneai-compatible' },
      },
    });
    const { exitCode, out } = await doctor('');
    expect(exitCode).toBe(0);
    expect(evened(out)).toMatchInlineSnapshot(`
      "Node (version)
      configuration /app/sluice.config.json
       line 1, providers.unset.apiKeyEnv: the environment variable NOT_SET is not set; it holds a key of the provider unset
       line 1, providers.typo.use: no installed provider has the id opneai-compatible; did you mean openai-compatible?
      providers flowgpt, h2o, openai-compatible, ylokh
      variables not set: NOT_SET

      target works first token total answered by
      good:sandbox yes TIME TIME sandbox
      unset:sandbox not asked
      typo not asked

      unset:sandbox: the environment variable NOT_SET is not set; it holds a key of the provider unset
       → set it: export NOT_SET=…

      typo: no installed provider has the id opneai-compatible; did you mean openai-compatible?

      It works. 2 not asked.
      "
    `);
  });

  it('checks the providers where the routes are wrong', async () => {
    await configure({
      providers: { good: at(sandbox.urls.openai) },
      routes: { fast: ['nobody:at-all', 'good'] },
    });
    const { exitCode, out } = await doctor('');
    expect({ exitCode, out }).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^good:sandbox +yes/m),
    });
    expect(out).toContain('nobody');
  });

  it('fails and says why if the configuration cannot be read', async () => {
    await writeFile(join(folder, 'sluice.config.json'), '{ "providers": ');
    const { exitCode, out } = await doctor('');
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /^configuration +it cannot be loaded\n +\S+sluice\.config\.json: it is no valid JSON/m,
    );
    expect(out).toMatch(/^Nothing could be asked\.$/m);
  });

  it('lists packages that are not trusted, with the way to trust them', async () => {
    const manifest = { name: 'sluice-provider-x', version: '1.0.0', sluice: { api: 1, id: 'x' } };
    const installed = join(folder, 'node_modules', 'sluice-provider-x');
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'package.json'), JSON.stringify(manifest));
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ dependencies: { 'sluice-provider-x': '1' } }),
    );
    const { out } = await doctor('--sandbox-rate 0');
    expect(out).toMatch(/^(?:broken|refused) +sluice-provider-x: .+/m);
  });

  it('tells of proxies without their passwords', async () => {
    const env = { HTTPS_PROXY: 'http://user:hidden-word@proxy.test:3128', no_proxy: 'localhost' };
    const { out } = await doctor('--sandbox-rate 0', { env });
    expect(out).toMatch(/^HTTPS_PROXY +proxy\.test:3128$/m);
    expect(out).toMatch(/^NO_PROXY +localhost$/m);
    expect(out).not.toContain('hidden-word');
  });
});

describe('sluice doctor and a broken provider of somebody else', () => {
  const withEcho = (stream: string): string =>
    applicationOf(
      echoApplication({
        'sluice.config.json': {
          allow: ['sluice-provider-echo'],
          providers: { echo: {}, good: at(sandbox.urls.openai) },
        },
        'node_modules/sluice-provider-echo/index.js': `export const create = () => ({
          id: 'echo', capabilities: {}, async listModels() { return []; }, stream() { ${stream} },
          async close() { throw new Error('cannot close'); },
        });`,
      }),
    );

  it.each([
    ['throws what is no error', `throw 'oops';`, 'internal'],
    ['gives no stream', 'return Promise.resolve(null);', 'internal'],
    ['fails with a rejection', `return Promise.reject(new Error('a bug'));`, 'internal'],
    ['never answers, whatever its limits say', 'return new Promise(() => {});', 'internal'],
  ])('that %s: is told in its row, and the others are asked', async (_what, stream, code) => {
    const { exitCode, out, err } = await doctor('--timeout 50ms --json', { cwd: withEcho(stream) });
    expect(err).toBe('');
    const { targets, working } = JSON.parse(out);
    expect(targets[0]).toMatchObject({ target: 'echo:parrot', state: 'fails', code });
    expect(targets).toHaveLength(2);
    expect([working, exitCode]).toEqual(targets[1].state === 'works' ? [1, 0] : [0, 1]);
  });
});

describe('the limit of sluice doctor', () => {
  it('is half a minute where nobody sets another, as its help says', async () => {
    const command = doctorCommand(
      () => createTerminal(fakeIo()),
      () => {},
    );
    expect(command.opts()).toMatchObject({ timeout: 30_000 });
    const io = fakeIo();
    await run(['doctor', '--help'], io);
    expect(io.stdout.text.replace(/\s+/g, ' ')).toContain(
      'longest wait for the first token of each target (default: 30s)',
    );
  });
});

describe('Ctrl-C while sluice doctor asks', () => {
  it('is left to the system before that: nothing is open yet, and code of others may hang', async () => {
    const waiting =
      'globalThis.doctorMayLoad ??= Promise.withResolvers(); await globalThis.doctorMayLoad.promise;';
    const cwd = applicationOf({ 'sluice.config.mjs': `${waiting}\nexport default {};` });
    const io = fakeIo({ cwd });
    const exit = run(['doctor'], io);
    const shared = globalThis as { doctorMayLoad?: PromiseWithResolvers<void> };
    await expect.poll(() => shared.doctorMayLoad).toBeDefined();
    expect(io.listeners()).toBe(0);
    shared.doctorMayLoad?.resolve();
    await exit;
  });

  it('closes every connection and ends with 130', async () => {
    sandbox.setFault('*', 'never-answer');
    await configure({ providers: { a: at(sandbox.urls.lmstudio), b: at(sandbox.urls.vllm) } });
    const io = fakeIo({ cwd: folder });
    const exit = run(['doctor'], io);
    await sandbox.waitForRequest({ phase: 'message' }, 2);
    io.signal('SIGINT');
    expect(await exit).toBe(130);
    expect(io.stdout.text).toBe('');
    expect(io.stderr.text).toBe('sluice: cancelled\n');
    await sandbox.waitUntil(() => sandbox.openSockets === 0);
    expect(io.listeners()).toBe(0);
  });
});
