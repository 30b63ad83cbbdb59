import { describe, expect, it } from 'vitest';
import { checkConfig } from './check-config.ts';
import { ConfigError } from './config-error.ts';
import type { SluiceConfig } from './sluice-config.ts';

const providers: SluiceConfig['providers'] = { h2o: {}, local: { use: 'openai-compatible' } };

/** The lines of the error for a configuration that must be wrong. */
function mistakes(value: unknown): readonly string[] {
  try {
    checkConfig(value);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.replace(/^the configuration(?: has \d+ mistakes)?:\s+/, '').split('\n  ');
  }
  throw new Error('it was taken');
}

describe('a right configuration', () => {
  it('is given back as it is', () => {
    const config: SluiceConfig = {
      $schema: './node_modules/@sluice/registry/config.schema.json',
      providers: {
        h2o: { weight: 0.5, disabled: 'closed since 2024' },
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
          conditions: {
            h2o: { maxInputChars: 4_000, hasTools: false, user: ['a', 'b'], metadata: { tier: 'free' } },
          },
          hedge: { afterMs: 'p95', max: 1 },
          resume: 'continue',
          capabilities: 'strict',
          maxAttempts: 2,
          onContentFilter: 'next',
        },
        safe: { targets: ['local'], fallback: ['h2o'], strategy: 'latency', hedge: false, resume: false },
      },
      default: ['local', 'h2o'],
      strategy: 'balanced',
      timeout: { connect: 1_000, firstToken: 5_000, idle: 10_000, total: 60_000 },
      limits: { concurrency: 8 },
      retry: {
        baseMs: 100,
        maxMs: 1_000,
        maxWaitMs: 0,
        budget: { ratio: 0.1, minPerSecond: 2, windowMs: 5_000 },
      },
      queue: { maxWaiting: 5, maxWaitMs: 1_000 },
      hedgeBudget: { ratio: 0.05 },
      breaker: {
        failures: 3,
        share: 0.25,
        windowMs: 1,
        inARow: 2,
        openMs: 3,
        maxOpenMs: 4,
        jitter: 0,
        goodProbes: 1,
      },
      maxAttempts: 4,
      hedge: { afterMs: 800 },
      allow: ['sluice-provider-echo', '@acme/*'],
      seed: 7,
      server: { port: 8787 },
    };
    expect(checkConfig(config)).toEqual(config);
  });

  it('may have keys that are undefined, which count as not given', () => {
    const config = {
      providers: { h2o: { weight: undefined, options: { a: undefined, b: [1] } } },
      seed: undefined,
    };
    expect(checkConfig(config)).toEqual({ providers: { h2o: { options: { b: [1] } } } });
  });
});

describe('a mistake is told with its path, what was expected, what came and what is meant', () => {
  it.each<[string, unknown, readonly unknown[]]>([
    ['no object', 'x', ['expected an object, got "x"']],
    ['null', null, ['expected an object, got null']],
    ['no providers', {}, ['providers: is missing; expected an object']],
    ['providers as a list', { providers: ['h2o'] }, ['providers: expected an object, got an array']],
    ['empty providers', { providers: {} }, ['providers: must have at least one provider']],
    [
      'a provider with a bad name',
      { providers: { 'My vLLM': {} } },
      ['providers["My vLLM"]: expected a name of lower-case letters, digits and hyphens'],
    ],
    ['a mistyped key', { providers, rotues: {} }, ['rotues: unknown key; did you mean routes?']],
    [
      'a mistyped key deep inside',
      { providers: { 'my-h2o': { limits: { concurency: 2 } } } },
      ['providers["my-h2o"].limits.concurency: unknown key; did you mean concurrency?'],
    ],
    [
      'a key that is near to nothing',
      { providers: { h2o: { limits: { zzz: 1 } } } },
      ['providers.h2o.limits.zzz: unknown key; known are concurrency, requestsPerMinute, tokensPerMinute'],
    ],
    [
      'two unknown keys at one place',
      { providers, a1: 1, strategi: 'latency' },
      [
        expect.stringMatching(/^a1: unknown key; known are \$schema, /),
        'strategi: unknown key; did you mean strategy?',
      ],
    ],
    ['a number that is none', { providers, seed: '7' }, ['seed: expected a number, got "7"']],
    ['a fraction', { providers, maxAttempts: 1.5 }, ['maxAttempts: expected a whole number, got 1.5']],
    ['too small a number', { providers, maxAttempts: 0 }, ['maxAttempts: expected at least 1, got 0']],
    [
      'too large a share',
      { providers, retry: { budget: { ratio: 20 } } },
      ['retry.budget.ratio: expected at most 1, got 20'],
    ],
    [
      'an unknown word',
      { providers, capabilities: 'strickt' },
      ['capabilities: expected "strict" or "emulate" or "warn", got "strickt"; did you mean strict?'],
    ],
    [
      'an empty list',
      { providers, routes: { fast: [] } },
      ['routes.fast: expected at least 1 entry, got an array'],
    ],
    [
      'an entry of a list',
      { providers, routes: { fast: ['h2o', 3] } },
      ['routes.fast[1]: expected a string, got 3'],
    ],
    [
      'a route without targets',
      { providers, routes: { fast: { strategy: 'latency' } } },
      ['routes.fast.targets: is missing; expected a list'],
    ],
    [
      'a route that is a text',
      { providers, routes: { fast: 'h2o' } },
      ['routes.fast: expected a list or an object, got "h2o"'],
    ],
    [
      'an unknown strategy',
      { providers, routes: { fast: { targets: ['h2o'], strategy: 'latncy' } } },
      [
        expect.stringMatching(
          /^routes\.fast\.strategy: expected "ordered" or .*, got "latncy"; did you mean latency\?$/,
        ),
      ],
    ],
    [
      'an unknown strategy with options',
      { providers, strategy: { name: 'fast' } },
      [expect.stringMatching(/^strategy\.name: expected "ordered" or .*"balanced", got "fast"$/)],
    ],
    [
      'an option that the strategy does not have',
      { providers, strategy: { name: 'latency', price: 1 } },
      ['strategy.price: unknown key; known are name'],
    ],
    [
      'a hedge without a time',
      { providers, hedge: {} },
      ['hedge.afterMs: expected a number or "p95", got nothing'],
    ],
    ['a hedge switched on', { providers, hedge: true }, ['hedge: expected false or an object, got true']],
    [
      'a wrong timeout',
      { providers, timeout: { frist: 1 } },
      [expect.stringContaining('timeout.frist: unknown key')],
    ],
    [
      'a fallback beside sticky',
      { providers, routes: { a: { targets: ['h2o'], fallback: ['local'], sticky: true } } },
      ['routes.a.fallback: cannot stand beside sticky: a key would find its home among the fallbacks'],
    ],
    [
      'a condition of no target',
      { providers, routes: { a: { targets: ['h2o'], conditions: { h2: {} } } } },
      ['routes.a.conditions.h2: names no target of this route; it has h2o'],
    ],
    [
      'one key beside several',
      { providers: { a: { apiKeyEnv: 'A', keysEnv: ['B', 'B'] } } },
      [
        'providers.a.keysEnv: cannot stand beside apiKeyEnv: name all keys here',
        'providers.a.keysEnv[1]: names B a second time',
      ],
    ],
    [
      'an allow for everybody',
      { providers, allow: ['*'] },
      ['allow[0]: must be a package name or names of one scope, such as "sluice-provider-echo" or "@acme/*"'],
    ],
  ])('%s', (_what, value, expected) => {
    expect(mistakes(value)).toEqual(expected);
  });

  it('and all of them at once, with the parts for programs', () => {
    const broken = { providers: { h2o: { weight: -1 } }, seed: 'x' };
    expect(() => checkConfig(broken, '/app/sluice.config.ts')).toThrow(
      '/app/sluice.config.ts has 2 mistakes:\n  providers.h2o.weight: expected at least 0, got -1\n  seed: expected a number, got "x"',
    );
    try {
      checkConfig(broken, '/app/sluice.config.ts');
    } catch (error) {
      expect(error).toMatchObject({ file: '/app/sluice.config.ts' });
      expect((error as ConfigError).problems.map(({ path }) => path)).toEqual([
        ['providers', 'h2o', 'weight'],
        ['seed'],
      ]);
    }
  });

  it('without anything that a hostile key could do', () => {
    const config = checkConfig(JSON.parse('{"providers": {"h2o": {}, "__proto__": {"use": "x"}}}'));
    expect(Object.keys(config.providers)).toEqual(['h2o']);
    expect(mistakes(JSON.parse('{"providers": {"h2o": {}}, "__proto__": {}}'))).toEqual([
      expect.stringContaining('__proto__: unknown key'),
    ]);
  });
});

describe('a credential in the configuration is refused, not repeated, and the way to do it is told', () => {
  const why =
    'a credential does not belong in the configuration; put it into an environment variable and name that';
  const secret = 'hunter2-hunter2-hunter2';

  it.each<[string, unknown, string]>([
    [
      'a key',
      { providers: { 'local-vllm': { options: { apiKey: secret } } } },
      `providers["local-vllm"].options.apiKey: ${why}: apiKeyEnv: "LOCAL_VLLM_API_KEY"`,
    ],
    [
      'a header',
      { providers: { h2o: { options: { headers: { Authorization: secret } } } } },
      `providers.h2o.options.headers.Authorization: ${why}: optionsEnv: { "headers.Authorization": "H2O_HEADERS_AUTHORIZATION" }`,
    ],
    [
      'a cookie',
      { providers: { h2o: { options: { cookie: secret } } } },
      `providers.h2o.options.cookie: ${why}: optionsEnv: { "cookie": "H2O_COOKIE" }`,
    ],
    [
      'a password in an address',
      { providers: { h2o: { options: { proxy: `socks5://me:${secret}@127.0.0.1:1080` } } } },
      `providers.h2o.options.proxy: ${why}: optionsEnv: { "proxy": "H2O_PROXY" }`,
    ],
    [
      'a key in place of its variable',
      { providers: { h2o: { apiKeyEnv: 'sk-0123456789abcdef-hunter2' } } },
      `providers.h2o.apiKeyEnv: ${why} here`,
    ],
    [
      'a key by its form, wherever it stands',
      { providers, server: { keys: ['sk-0123456789abcdef-hunter2'] } },
      `server.keys[0]: ${why}`,
    ],
    [
      'a token of the server',
      { providers, server: { admin: { token: secret } } },
      `server.admin.token: ${why}`,
    ],
  ])('%s', (_what, value, expected) => {
    const lines = mistakes(value);
    expect(lines).toEqual([expected]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('also where a mistake would have repeated it', () => {
    expect(mistakes({ providers, seed: 'sk-0123456789abcdef-hunter2' })).toEqual([`seed: ${why}`]);
    expect(mistakes({ providers: { h2o: { apiKeyEnv: 'hunter2!' } } })).toEqual([
      'providers.h2o.apiKeyEnv: expected the name of an environment variable, such as "YLOKH_API_KEY"',
    ]);
  });

  it('also as a target that another mistake would list, and as a name', () => {
    const key = 'sk-0123456789abcdef-hunter2';
    const routes = { fast: { targets: ['h2o', key], conditions: { other: { hasTools: false } } } };
    expect(mistakes({ providers, routes })).toEqual([
      `routes.fast.targets[1]: ${why}`,
      'routes.fast.conditions.other: names no target of this route; it has h2o',
    ]);
    expect(mistakes({ providers, [key]: true })).toEqual([
      expect.stringMatching(/^\["\[redacted\]"\]: unknown key/),
    ]);
  });

  it('and what only sounds like one is none', () => {
    const harmless = {
      providers: {
        'hf-inference': {
          options: { maxTokens: 5, tokenizer: 'cl100k', stop_token: '</s>', models: ['sk-large', 'hf-xyz'] },
        },
        b: { optionsEnv: { apiKey: 'B_KEY' }, aliases: { secret: 'model-x', password: 'model-y' } },
      },
      routes: { token: ['hf-inference:meta-llama'] },
    };
    expect(checkConfig(harmless)).toEqual(harmless);
  });
});
