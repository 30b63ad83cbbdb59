import { redact } from '@sluice/core';
import { isPrintable } from '../printable.ts';
import { isCredentialName, isCredentialShaped } from './credentials-in.ts';

/** Longer texts are told by their length: they are no mistyped word. */
const longestShown = 60;

/** What a value is, in the words of JSON. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === undefined) return 'nothing';
  if (Number.isNaN(value)) return 'NaN';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * A wrong value for a message: short texts, numbers and truth values as they are, anything that may be a credential by its
 * name, its form or its length only by its kind.
 */
export function shownValue(value: unknown, path: readonly PropertyKey[] = []): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return typeName(value);
  const secret = path.some((key) => typeof key === 'string' && isCredentialName(key.replace(/Env$/, '')));
  if (secret || isCredentialShaped(value) || redact(value) !== value || !isPrintable(value))
    return 'a string';
  return value.length <= longestShown ? JSON.stringify(value) : `a string of ${value.length} characters`;
}

/** A path as it would be written in code: `providers["my-h2o"].keysEnv[1]`. A name that is a credential is not shown. */
export function pathName(path: readonly PropertyKey[]): string {
  let name = '';
  for (const key of path) {
    if (typeof key === 'number') name += `[${key}]`;
    else if (isCredentialShaped(String(key))) name += '["[redacted]"]';
    else if (/^[A-Za-z_$][\w$]*$/.test(String(key))) name += name === '' ? String(key) : `.${String(key)}`;
    else name += `[${JSON.stringify(String(key).slice(0, 100))}]`;
  }
  return name;
}
