import type { ConfigProblem } from './config-error.ts';
import type { ProviderConfig } from './sluice-config.ts';

/** Environment variables by name: `process.env`, or what a test gives. */
export type Environment = { readonly [name: string]: string | undefined };

/** A key, and the name of the variable that it came from. */
export interface EnvironmentKey {
  readonly name: string;
  readonly value: string;
}

/** What the environment adds to a provider. */
export interface EnvironmentOptions {
  /** One for `apiKeyEnv`, one each for `keysEnv`, none for neither. */
  readonly keys: readonly EnvironmentKey[];
  /** The provider's options with those of `optionsEnv`. */
  readonly options: { readonly [name: string]: unknown };
  readonly problems: readonly ConfigProblem[];
}

/** Reads a provider's keys and options from the environment. A variable that is not set, or empty, is a mistake. */
export function environmentOptions(
  name: string,
  entry: ProviderConfig,
  env: Environment,
): EnvironmentOptions {
  const { apiKeyEnv, keysEnv = [], optionsEnv = {} } = entry;
  const problems: ConfigProblem[] = [];
  const read = (variable: string, path: readonly PropertyKey[], what: string): string | undefined => {
    const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
    if (value !== undefined && value !== '') return value;
    const state = value === undefined ? 'is not set' : 'is empty';
    const message = `the environment variable ${variable} ${state}; it holds ${what} of the provider ${name}`;
    problems.push({ path: ['providers', name, ...path], message });
    return undefined;
  };
  const variables: readonly [string, readonly PropertyKey[]][] =
    apiKeyEnv === undefined
      ? keysEnv.map((variable, index) => [variable, ['keysEnv', index]])
      : [[apiKeyEnv, ['apiKeyEnv']]];
  const keys = variables.flatMap(([variable, path]): EnvironmentKey[] => {
    const value = read(variable, path, 'a key');
    return value === undefined ? [] : [{ name: variable, value }];
  });
  const options = structuredClone({ ...entry.options });
  for (const [option, variable] of Object.entries(optionsEnv)) {
    const path = ['optionsEnv', option];
    const value = read(variable, path, `the option ${option}`);
    if (value !== undefined && !setOption(options, option.split('.'), value)) {
      const message = `${option} cannot be set: it has no place in the options as they are`;
      problems.push({ path: ['providers', name, ...path], message });
    }
  }
  return { keys, options, problems };
}

/** Sets a value at a path of names, making objects on the way. Answers whether there was a place for it. */
function setOption(options: { [name: string]: unknown }, path: readonly string[], value: string): boolean {
  const [first = '', ...rest] = path;
  if (first === '' || first === '__proto__') return false;
  if (rest.length === 0) {
    options[first] = value;
    return true;
  }
  const inner = Object.hasOwn(options, first) ? options[first] : {};
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return false;
  options[first] = inner;
  return setOption(inner as { [name: string]: unknown }, rest, value);
}
