import { credentialsIn, type FoundCredential, isCredentialShaped } from '../discovery/credentials-in.ts';
import { isJsonObject } from '../discovery/read-package-json.ts';
import { pathName } from '../discovery/shown-value.ts';
import type { ConfigProblem } from './config-error.ts';

/** Where the names of fields are somebody else's, and may say that a value is a credential. */
function isForeign([first, , third]: readonly PropertyKey[]): boolean {
  return first === 'server' || (first === 'providers' && third === 'options');
}

/**
 * Credentials in the configuration itself: by the names of their fields in options and server settings, by their form
 * everywhere. Each is a mistake that names the way to do it.
 */
export function findCredentials(config: unknown): readonly ConfigProblem[] {
  if (!isJsonObject(config)) return [];
  return credentialsIn(config)
    .filter(({ path, value }) => isForeign(path) || isCredentialShaped(value))
    .map((found) => ({ path: found.path, message: adviceFor(found) }));
}

function adviceFor({ path }: FoundCredential): string {
  const [first, name, third, ...option] = path;
  const why =
    'a credential does not belong in the configuration; put it into an environment variable and name that';
  if (first !== 'providers' || typeof name !== 'string') return why;
  if (third === 'apiKeyEnv' || third === 'keysEnv') return `${why} here`;
  if (third !== 'options') return why;
  const variable = variableName([name, ...option]);
  if (option.length === 1 && option[0] === 'apiKey') return `${why}: apiKeyEnv: ${JSON.stringify(variable)}`;
  const target = JSON.stringify(pathName(option).replace(/\[(\d+)\]/g, '.$1'));
  return `${why}: optionsEnv: { ${target}: ${JSON.stringify(variable)} }`;
}

/** `['local-vllm', 'apiKey']` as `LOCAL_VLLM_API_KEY`. */
function variableName(words: readonly PropertyKey[]): string {
  return words
    .map((word) => String(word).replace(/([a-z0-9])([A-Z])/g, '$1_$2'))
    .join('_')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
