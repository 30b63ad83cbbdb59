import type { CallOptions, Timeouts } from './request.ts';
import { type Check, fail } from './validate-request.ts';

const timeouts: ReadonlySet<string> = new Set<keyof Timeouts>(['connect', 'firstToken', 'idle', 'total']);

const boolean: Check = (value, path) => {
  if (typeof value !== 'boolean') fail(path, 'must be true or false', value);
};

const options: { readonly [Option in keyof Required<CallOptions>]: Check } = {
  stream: boolean,
  signal: (value, path) => {
    const signal = value as Partial<AbortSignal>;
    if (typeof signal.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
      fail(path, 'must be an AbortSignal (of an AbortController: its signal)', value);
    }
  },
  timeout: (value, path) => {
    if (!isPlain(value)) {
      limit(value, path);
      return;
    }
    for (const [name, each] of Object.entries(value)) {
      if (!timeouts.has(name)) fail(`${path}.${name}`, `is none of ${[...timeouts].join(', ')}`, each);
      if (each !== undefined) limit(each, `${path}.${name}`);
    }
  },
  proxy: (value, path) => {
    if (typeof value !== 'string' && value !== false) fail(path, 'must be an address or false', value);
  },
  headers: (value, path) => {
    // A Headers object or a Map has no fields of its own: nothing would be sent.
    if (!isPlain(value)) fail(path, 'must be a plain object of strings', value);
    for (const [name, each] of Object.entries(value)) {
      if (each !== undefined && typeof each !== 'string') fail(`${path}.${name}`, 'must be a string', each);
    }
  },
  includeRaw: boolean,
};

const checks: readonly (readonly [option: string, check: Check])[] = Object.entries(options);

/**
 * Checks how a call is to be made, before anything is sent: a limit of time that is a text, no number or negative would
 * otherwise be none. Options that are not known here belong to somebody else. Throws `invalid-request` that names the option.
 */
export function validateCallOptions(value: unknown): asserts value is CallOptions {
  if (typeof value !== 'object' || value === null) fail('the call options', 'must be an object', value);
  for (const [name, check] of checks) {
    const given = (value as { readonly [name: string]: unknown })[name];
    if (given !== undefined && given !== null) check(given, name);
  }
}

function limit(value: unknown, path: string): void {
  if (typeof value !== 'number' || !(value >= 0)) {
    fail(path, 'must be a number of milliseconds from 0', value);
  }
}

function isPlain(value: unknown): value is { readonly [name: string]: unknown } {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Also of another realm, or without a prototype at all.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
