import type { OutputUnit, Schema } from '@cfworker/json-schema';
import { closest, type JsonSchema } from '@sluice/core';
import type { ProviderOptions } from './discovered-provider.ts';
import { isJsonObject } from './read-package-json.ts';
import { pathName, shownValue, typeName } from './shown-value.ts';

/** A mistake in options: where, and what was expected. */
export interface OptionProblem {
  /** From the options: `['limits', 'total']`. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Deeper options are no options. */
const deepest = 32;

/** Keywords that only say that something inside is wrong: the inside says what. */
const wrappers: ReadonlySet<string> = new Set([
  '$ref',
  'additionalItems',
  'additionalProperties',
  'allOf',
  'dependentSchemas',
  'if',
  'items',
  'patternProperties',
  'prefixItems',
  'properties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
]);

const alternatives: ReadonlySet<string> = new Set(['anyOf', 'oneOf']);

/**
 * Holds options against the JSON Schema of a manifest (draft 2020-12 or 7). Gives every mistake once; throws what the
 * validator throws for a schema that is itself wrong. The validator is loaded with the first check, and interprets: no code is
 * made of a schema.
 */
export async function checkOptions(
  schema: JsonSchema,
  options: ProviderOptions,
): Promise<readonly OptionProblem[]> {
  const strange: OptionProblem[] = [];
  const plain = bare(options, [], strange);
  if (strange.length > 0) return strange;
  const { Validator } = await import('@cfworker/json-schema');
  const { errors } = new Validator(schema as Schema, '2020-12', false).validate(plain);
  const problems = relevant(errors).flatMap((unit) => problemsOf(unit, errors, schema, plain));
  const seen = new Set<string>();
  return problems.filter(({ path, message }) => {
    const line = `${pathName(path)}: ${message}`;
    return !seen.has(line) && seen.add(line);
  });
}

/** The same data without prototypes, so that `constructor` is an option only where somebody wrote it. */
function bare(value: unknown, path: readonly PropertyKey[], strange: OptionProblem[]): unknown {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (path.length > deepest) strange.push({ path, message: 'is nested too deeply' });
  else if (Array.isArray(value)) return value.map((entry, index) => bare(entry, [...path, index], strange));
  else if (isPlainObject(value)) {
    const copy = Object.create(null) as { [key: string]: unknown };
    for (const [key, entry] of Object.entries(value)) {
      if (entry !== undefined) copy[key] = bare(entry, [...path, key], strange);
    }
    return copy;
  } else strange.push({ path, message: `expected JSON, got ${typeName(value)}` });
  return undefined;
}

function isPlainObject(value: unknown): value is object {
  if (!isJsonObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

/** The errors that say what is wrong: of alternatives the whole, of everything else the innermost. */
function relevant(errors: readonly OutputUnit[]): readonly OutputUnit[] {
  const roofs = errors
    .filter(({ keyword }) => alternatives.has(keyword))
    .map(({ keywordLocation }) => `${keywordLocation}/`);
  return errors.filter(
    ({ keyword, keywordLocation }) =>
      !wrappers.has(keyword) && !roofs.some((roof) => keywordLocation.startsWith(roof)),
  );
}

function problemsOf(
  unit: OutputUnit,
  errors: readonly OutputUnit[],
  schema: JsonSchema,
  options: unknown,
): readonly OptionProblem[] {
  const path = pointerKeys(unit.instanceLocation, options);
  const value = at(options, path);
  const wanted = schemaAt(schema, unit.keywordLocation);
  switch (unit.keyword) {
    case 'required':
      return missing(wanted, value).map((key) => ({ path: [...path, key], message: 'is missing' }));
    case 'false':
      return [{ path, message: unknownOption(unit, errors, schema) }];
    case 'type':
      return [{ path, message: `expected ${words(wanted)}, got ${shownValue(value, path)}` }];
    case 'enum':
    case 'const':
      return [{ path, message: notOneOf(unit.keyword === 'const' ? [wanted] : wanted, value, path) }];
    case 'format':
      return [
        { path, message: `expected a text of the form ${words(wanted)}, got ${shownValue(value, path)}` },
      ];
    case 'anyOf':
    case 'oneOf':
      return [{ path, message: fitsNone(unit, errors, schema, options) }];
    default:
      return [{ path, message: lowerFirst(unit.error.replace(/\.$/, '')) }];
  }
}

function missing(required: unknown, value: unknown): readonly string[] {
  if (!Array.isArray(required) || !isJsonObject(value)) return [];
  return required.map(String).filter((key) => !Object.hasOwn(value, key));
}

/** `false` is what `additionalProperties: false` says of an option that it does not know. */
function unknownOption(
  { instanceLocation }: OutputUnit,
  errors: readonly OutputUnit[],
  schema: JsonSchema,
): string {
  const slash = instanceLocation.lastIndexOf('/');
  const name = unescaped(instanceLocation.slice(slash + 1));
  const wrapper = errors.find(
    (error) =>
      error.keyword === 'additionalProperties' && error.instanceLocation === instanceLocation.slice(0, slash),
  );
  const owner =
    wrapper && schemaAt(schema, wrapper.keywordLocation.slice(0, wrapper.keywordLocation.lastIndexOf('/')));
  const properties = isJsonObject(owner) && isJsonObject(owner.properties) ? owner.properties : {};
  const known = Object.keys(properties);
  const near = closest(name, known);
  if (near !== undefined) return `unknown option; did you mean ${near}?`;
  return known.length === 0 ? 'unknown option' : `unknown option; known are ${known.join(', ')}`;
}

function notOneOf(allowed: unknown, value: unknown, path: readonly PropertyKey[]): string {
  const values = Array.isArray(allowed) ? allowed : [];
  const near =
    typeof value === 'string'
      ? closest(
          value,
          values.filter((entry) => typeof entry === 'string'),
        )
      : undefined;
  const hint = near === undefined || near === value ? '' : `; did you mean ${near}?`;
  return `expected ${words(values.map((entry) => JSON.stringify(entry)))}, got ${shownValue(value, path)}${hint}`;
}

/** What each alternative says is wrong, once. */
function fitsNone(
  { keywordLocation, error }: OutputUnit,
  errors: readonly OutputUnit[],
  schema: JsonSchema,
  options: unknown,
): string {
  const inside = errors.filter((each) => each.keywordLocation.startsWith(`${keywordLocation}/`));
  const reasons = relevant(inside).flatMap((each) =>
    problemsOf(each, inside, schema, options).map(({ message }) => message),
  );
  const all = [...new Set(reasons)];
  return all.length === 0 ? lowerFirst(error.replace(/\.$/, '')) : all.join(', or ');
}

/** `["string", "boolean"]` as `string or boolean`. */
function words(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(' or ') : String(value);
}

/** The keys of a JSON pointer in a fragment; numbers where it walks through arrays. */
function pointerKeys(pointer: string, root: unknown): readonly PropertyKey[] {
  const keys: PropertyKey[] = [];
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = Array.isArray(value) ? Number(part) : unescaped(part);
    keys.push(key);
    value = at(value, [key]);
  }
  return keys;
}

/** What stands in a schema at a pointer that also walks through the references within it. */
function schemaAt(root: JsonSchema, pointer: string): unknown {
  let value: unknown = root;
  for (const part of pointer.split('/').slice(1)) {
    const key = unescaped(part);
    value = at(value, [key]);
    if (key === '$ref' && typeof value === 'string') value = at(root, pointerKeys(value, root));
  }
  return value;
}

function unescaped(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: PropertyKey]: unknown })[key];
  }
  return value;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
