import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkServerSettings } from '@sluice/gateway';
import { ConfigError, checkConfig, loadConfig } from '@sluice/registry/config';
import fc from 'fast-check';
import { fuzzProperty, type OpenArea } from '../fuzz-property.ts';
import { anyJson, changed, changes } from '../json-value.ts';
import { assertPlain, assertPrototypesUntouched } from '../prototypes.ts';

/** A configuration with something of everything. */
const good = {
  $schema: './schema.json',
  providers: {
    h2o: { weight: 0.5, disabled: 'closed' },
    local: {
      use: 'openai-compatible',
      options: { baseURL: 'http://127.0.0.1:8080/v1', headers: { 'x-team': 'a' }, models: ['llama3:8b'] },
      keysEnv: ['LOCAL_KEY', 'LOCAL_KEY_2'],
      optionsEnv: { 'headers.cookie': 'LOCAL_COOKIE' },
      limits: { concurrency: 2, requestsPerMinute: 60, tokensPerMinute: 100_000 },
      cost: 0,
      modelSettings: { 'llama3:8b': { weight: 2 } },
    },
  },
  routes: {
    plain: ['h2o', 'local'],
    fast: {
      targets: ['local:llama3:8b', 'h2o'],
      strategy: { name: 'balanced', price: 0 },
      sticky: { metadata: 'session' },
      canary: { target: 'h2o:falcon', share: 0.05 },
      conditions: { h2o: { maxInputChars: 4_000, hasTools: false, user: ['a'], metadata: { tier: 'free' } } },
      hedge: { afterMs: 'p95', max: 1 },
      resume: 'continue',
      maxAttempts: 2,
    },
  },
  default: ['local', 'h2o'],
  strategy: 'balanced',
  timeout: { connect: 1_000, firstToken: 5_000, idle: 10_000, total: 60_000 },
  retry: { baseMs: 100, maxMs: 1_000, budget: { share: 0.1, perSecond: 1 } },
  breaker: { failures: 3, openMs: 1_000 },
  queue: { maxWaiting: 5 },
  allow: ['@acme/*'],
  seed: 7,
  server: {
    port: 7300,
    keys: [{ name: 'web', env: 'WEB_KEY', models: ['local:*'], requestsPerMinute: 5 }],
    cors: { origins: ['https://app.example'] },
    metrics: 'key',
  },
};

/** Looks like a key of a known form, and belongs to nobody. */
const secret = 'sk-fuzz0123456789abcdefXYZ';
const names = [
  'providers',
  'routes',
  'targets',
  'options',
  'apiKey',
  'server',
  'keys',
  'strategy',
  'limits',
  'use',
  'authorization',
  secret,
];
const values = [
  'local',
  'h2o:falcon',
  'p95',
  -1,
  0.5,
  1e9,
  [],
  {},
  { targets: [] },
  secret,
  `Bearer ${secret}`,
];

const nearlyGood = changes(names, values).map((made) => changed(good, made));
const anyConfig = fc.oneof({ weight: 4, arbitrary: nearlyGood }, anyJson);

/** What came of a check: problems where there are any; anything else that is thrown is a crash. */
function problemsOf(check: () => unknown): ConfigError | undefined {
  try {
    assertPlain(check());
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  } finally {
    assertPrototypesUntouched();
  }
}

function assertTells(error: ConfigError | undefined, lines?: number): void {
  if (!error) return;
  assert.ok(error.problems.length > 0, 'an error names a mistake');
  assert.ok(!error.message.includes(secret), 'no credential in an error');
  for (const { path, message, line } of error.problems) {
    assert.ok(Array.isArray(path) && message.length > 0, 'a mistake has a path and words');
    if (lines !== undefined) {
      assert.ok(line !== undefined && line >= 1 && line <= lines, `line ${line} of ${lines}`);
    }
  }
}

const checked = fuzzProperty(
  'checked',
  150,
  fc.property(anyConfig, (config) => assertTells(problemsOf(() => checkConfig(config)))),
);

const settled = fuzzProperty(
  'taken-twice-is-the-same',
  60,
  fc.property(anyConfig, (config) => {
    let once: unknown;
    if (problemsOf(() => (once = checkConfig(config)))) return;
    assert.equal(JSON.stringify(checkConfig(once)), JSON.stringify(once));
  }),
);

const settings = fuzzProperty(
  'server-settings',
  100,
  fc.property(
    fc.oneof(
      changes(names, values).map((made) => changed(good.server, made)),
      anyJson,
    ),
    (server) => assertTells(problemsOf(() => checkServerSettings(server))),
  ),
);

/** JSON on many lines, with white space and damage as editors and people leave it. */
const fileTexts = fc
  .tuple(
    anyConfig,
    fc.constantFrom('\n', '\r\n', '\n\n', ' '),
    fc.constantFrom('', '\uFEFF', ' \n'),
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.string({ maxLength: 2 })), { maxLength: 1 }),
  )
  .map(([config, lineEnd, start, damage]) => {
    const text = start + JSON.stringify(config, null, 2).replaceAll('\n', lineEnd);
    return damage.reduce((whole, [at, left, put]) => {
      const place = at % (whole.length + 1);
      return whole.slice(0, place) + put + whole.slice(place + left);
    }, text);
  });

/** Configurations: a result, or mistakes with their places, whatever is in them. */
export async function openConfiguration(): Promise<OpenArea> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-fuzz-'));
  const file = join(folder, 'sluice.config.json');
  const loaded = fuzzProperty(
    'loaded-from-a-file',
    100,
    fc.asyncProperty(fileTexts, async (text) => {
      await writeFile(file, text);
      let failure: ConfigError | undefined;
      try {
        const content = await loadConfig({ cwd: folder, file });
        assertPlain(content?.config);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        failure = error;
      }
      assertPrototypesUntouched();
      const isJson = isParsed(text.replace(/^\uFEFF/, ''));
      if (!isJson) assert.match(failure?.message ?? '', /no valid JSON/);
      assertTells(failure, isJson ? text.split('\n').length : undefined);
    }),
  );
  return {
    properties: [checked, settled, settings, loaded],
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
