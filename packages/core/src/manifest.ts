import type { Capabilities } from './capabilities.ts';
import type { ChatProvider } from './provider.ts';
import type { JsonSchema } from './request.ts';

/**
 * What a provider package says about itself without being loaded: plain JSON under `sluice` in its `package.json`.
 * Registries read it to discover and list providers.
 */
export interface ProviderManifest {
  /** The version of this contract. */
  readonly api: 1;
  /** Lower-case letters, digits and hyphens; unique in an application. */
  readonly id: string;
  readonly title: string;
  readonly homepage?: string;
  /** The module to import, as an export path of the package. Default `.`. */
  readonly entry?: string;
  /** The named export that makes a provider from options. */
  readonly factory: string;
  /** Whether the default address answers today; `false` for services that are closed, or where there is no default address. */
  readonly working: boolean;
  /** Why it should not be used any more, if so. */
  readonly deprecated?: string;
  readonly needsAuth: boolean;
  readonly capabilities: Capabilities;
  readonly defaultModel?: string;
  readonly models?: readonly string[];
  readonly modelAliases?: { readonly [alias: string]: string };
  /** JSON Schema of the factory's options. */
  readonly options?: JsonSchema;
}

/** What `defineProvider` takes: a manifest and the factory that it names. */
export interface ProviderDefinition<Options> {
  readonly manifest: ProviderManifest;
  readonly create: (options: Options) => ChatProvider;
}

const supports: ReadonlySet<unknown> = new Set(['native', 'emulated', 'none']);

const supportFields = [
  'streaming',
  'messageHistory',
  'systemMessage',
  'tools',
  'vision',
  'json',
  'stop',
  'seed',
  'usage',
  'reasoning',
  'cancel',
] as const;

/**
 * What is wrong with a manifest, one line a mistake, each with its path; empty when it is right. It never throws: a registry
 * turns the lines into diagnostics.
 */
export function checkManifest(value: unknown): readonly string[] {
  if (!isObject(value)) return ['the manifest must be an object'];
  const problems: string[] = [];
  const need = (ok: boolean, problem: string): void => {
    if (!ok) problems.push(problem);
  };
  need(
    value.api === 1,
    `api must be 1, the version of the contract that this registry speaks, got ${shown(value.api)}`,
  );
  need(
    typeof value.id === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(value.id),
    'id must be lower-case letters, digits and hyphens',
  );
  need(typeof value.title === 'string' && value.title.length > 0, 'title must be a non-empty string');
  need(typeof value.factory === 'string' && value.factory.length > 0, 'factory must name an export');
  need(
    value.entry === undefined || typeof value.entry === 'string',
    'entry must be an export path such as "."',
  );
  need(typeof value.working === 'boolean', 'working must be true or false');
  need(typeof value.needsAuth === 'boolean', 'needsAuth must be true or false');
  need(value.models === undefined || isStrings(value.models), 'models must be an array of strings');
  need(
    value.modelAliases === undefined ||
      (isObject(value.modelAliases) && isStrings(Object.values(value.modelAliases))),
    'modelAliases must be an object of strings',
  );
  need(
    value.defaultModel === undefined || typeof value.defaultModel === 'string',
    'defaultModel must be a string',
  );
  need(value.options === undefined || isObject(value.options), 'options must be a JSON Schema object');
  if (isObject(value.capabilities)) {
    for (const field of supportFields) {
      need(
        supports.has(value.capabilities[field]),
        `capabilities.${field} must be 'native', 'emulated' or 'none'`,
      );
    }
    for (const field of ['audio', 'files'] as const) {
      const support = value.capabilities[field];
      need(
        support === undefined || supports.has(support),
        `capabilities.${field} must be 'native', 'emulated' or 'none'`,
      );
    }
    need(typeof value.capabilities.needsAuth === 'boolean', 'capabilities.needsAuth must be true or false');
    const { maxInputChars: most, parameters } = value.capabilities;
    need(
      most === undefined || (Number.isSafeInteger(most) && (most as number) > 0),
      'capabilities.maxInputChars must be a whole number from 1',
    );
    need(
      parameters === undefined || isStrings(parameters),
      'capabilities.parameters must be an array of strings',
    );
  } else {
    problems.push('capabilities must be an object');
  }
  return problems;
}

/**
 * Gives a provider its types and checks its manifest at load time. Throws a `TypeError` that lists every mistake: it is the
 * author's, not the caller's.
 *
 * @example
 * export const echo = defineProvider({ manifest, create: (options: EchoOptions) => createEcho(options) });
 */
export function defineProvider<Options>(
  definition: ProviderDefinition<Options>,
): ProviderDefinition<Options> {
  const problems = checkManifest(definition.manifest);
  if (problems.length > 0) {
    throw new TypeError(
      `the manifest of provider ${String(definition.manifest?.id)} is wrong: ${problems.join('; ')}`,
    );
  }
  return definition;
}

/** What came, where it is short enough to say. */
function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number'
    ? JSON.stringify(value).slice(0, 40)
    : value === undefined
      ? 'nothing'
      : typeof value;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
