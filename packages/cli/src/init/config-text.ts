import { checkConfig, type ProviderConfig, type SluiceConfig } from '@sluice/registry/config';
import type { ChosenProvider } from './chosen-provider.ts';

/** In which language a configuration is written. */
export type ConfigFormat = 'ts' | 'js' | 'json';

export const configFormats: readonly ConfigFormat[] = ['ts', 'js', 'json'];

const reference = 'https://github.com/sluice-js/sluice/blob/main/docs/configuration.md';

/**
 * The text of a configuration. It loads at once, with nothing installed: types are only named, which Node strips. Throws a
 * `ConfigError` for what would not load.
 */
export function configText(providers: readonly ChosenProvider[], format: ConfigFormat): string {
  const config = configOf(providers);
  checkConfig(config);
  if (format === 'json') {
    const $schema = './node_modules/@sluice/registry/dist/config.schema.json';
    return `${JSON.stringify({ $schema, ...config }, null, 2)}\n`;
  }
  const [before, after] = frames[format];
  return `// What the sluice command and its server read. Every setting: ${reference}
${before}
  // Providers by name, in the order of preference; a request reaches them as name:model.
  // Keys never stand here: apiKeyEnv names the environment variable that holds one.
  providers: {
${providers.map((provider) => providerText(provider, config.providers[provider.name] as ProviderConfig)).join('\n')}
  },

  // Where a request without a model goes: to one of these that can answer.
  default: ${literal(config.default)},

  // Names of your own for lists of targets:
  // routes: { fast: { targets: ${literal([`${providers[0]?.name}:some-model`])}, strategy: 'latency' } },

  // The longest waits, in milliseconds:
  // timeout: { firstToken: 20_000, total: 120_000 },
${after}
`;
}

const frames: { readonly [Format in 'ts' | 'js']: readonly [before: string, after: string] } = {
  ts: [
    "import type { SluiceConfig } from '@sluice/registry/config';\n\nconst config: SluiceConfig = {",
    '};\n\nexport default config;',
  ],
  js: [
    "\n/** @type {import('@sluice/registry/config').SluiceConfig} */\nconst config = {",
    '};\n\nexport default config;',
  ],
};

function configOf(providers: readonly ChosenProvider[]): SluiceConfig {
  return {
    providers: Object.fromEntries(providers.map((provider) => [provider.name, entryOf(provider)])),
    default: providers.map(({ name }) => name),
  };
}

function entryOf({ name, id, baseURL, defaultModel, apiKeyEnv }: ChosenProvider): ProviderConfig {
  const options = {
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(defaultModel === undefined ? {} : { defaultModel }),
  };
  return {
    ...(name === id ? {} : { use: id }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }),
  };
}

function providerText({ name, about }: ChosenProvider, entry: ProviderConfig): string {
  const lines = Object.entries(entry).map(([key, value]) => `      ${key}: ${literal(value)},`);
  const body = lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n    }`;
  return `    // ${about}\n    ${keyOf(name)}: ${body},`;
}

/** A value of JSON as JavaScript is usually written. */
function literal(value: unknown): string {
  if (typeof value === 'string')
    return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => `${keyOf(key)}: ${literal(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}
