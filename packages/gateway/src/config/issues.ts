import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** One thing that a schema finds wrong. No value is repeated: it may be a prompt or a key. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  /** The key at the end of `path` is one that nobody knows. */
  readonly isUnknownKey: boolean;
}

const typeWords: { readonly [name: string]: string } = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  tuple: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** What zod found in `value`, in words that name what was expected and what kind of thing came. */
export function problemsOf(issues: readonly Issue[], value: unknown): readonly Problem[] {
  return issues.flatMap((issue) => ofIssue(issue, [], value));
}

/** `messages[0].content`, as a client would write it. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : dotted(String(key), index)))
    .join('');
}

function dotted(key: string, index: number): string {
  const name = /^[\w$-]{1,64}$/.test(key) ? key : JSON.stringify(key.slice(0, 64));
  return index === 0 ? name : `.${name}`;
}

function ofIssue(issue: Issue, parents: readonly PropertyKey[], value: unknown): readonly Problem[] {
  const path = [...parents, ...issue.path];
  const came = at(value, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], message: 'is not known', isUnknownKey: true }));
    case 'invalid_union':
      return ofUnion(issue, path, value);
    case 'invalid_type': {
      const expected = typeWords[issue.expected] ?? issue.expected;
      const message =
        came === undefined ? `is missing: expected ${expected}` : `must be ${expected}, got ${kind(came)}`;
      return [{ path, message, isUnknownKey: false }];
    }
    case 'invalid_value':
      return [
        { path, message: `must be ${jsonWords(issue.values)}, got ${kind(came)}`, isUnknownKey: false },
      ];
    case 'too_small':
      return [{ path, message: `must ${bound(issue, 'least', issue.minimum)}`, isUnknownKey: false }];
    case 'too_big':
      return [{ path, message: `must ${bound(issue, 'most', issue.maximum)}`, isUnknownKey: false }];
    default:
      return [{ path, message: issue.message, isUnknownKey: false }];
  }
}

/** Of several forms the one that was meant: the one that does not fail because of its type alone. */
function ofUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
  value: unknown,
): readonly Problem[] {
  const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
  if (discriminator !== undefined && options !== undefined) {
    // The path leads to the field that tells the forms apart.
    const message = `must be ${jsonWords(options)}, got ${kind(at(value, path))}`;
    return [{ path, message, isUnknownKey: false }];
  }
  const forms = issue.errors.map((errors) => errors as readonly Issue[]);
  const meant = forms.filter(
    (errors) => !errors.every(({ code, path: inner }) => inner.length === 0 && isOfType(code)),
  );
  if (meant[0]) return meant[0].flatMap((inner) => ofIssue(inner, path, value));
  const expected = new Set(forms.flat().map(expectedBy));
  return [
    {
      path,
      message: `must be ${[...expected].join(' or ')}, got ${kind(at(value, path))}`,
      isUnknownKey: false,
    },
  ];
}

function isOfType(code: string | undefined): boolean {
  return code === 'invalid_type' || code === 'invalid_value';
}

function expectedBy(issue: Issue): string {
  if (issue.code === 'invalid_type') return typeWords[issue.expected] ?? issue.expected;
  return issue.code === 'invalid_value' ? jsonWords(issue.values) : issue.message;
}

function bound(issue: { readonly origin: string }, which: 'least' | 'most', limit: number | bigint): string {
  if (issue.origin === 'number' || issue.origin === 'int') return `be at ${which} ${limit}`;
  return `have at ${which} ${limit} ${issue.origin === 'string' ? 'character(s)' : 'entry(s)'}`;
}

function jsonWords(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(' or ');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as { readonly [key: PropertyKey]: unknown })[key];
  }
  return inner;
}

/** What came, without its text; numbers and short words of a fixed vocabulary can't be told from prompts, so words aren't repeated. */
function kind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? (value === '' ? 'an empty string' : 'a string') : 'an object';
}
