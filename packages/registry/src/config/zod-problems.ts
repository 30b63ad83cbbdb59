import { closest } from '@sluice/core';
import type { z } from 'zod';
import { shownValue } from '../discovery/shown-value.ts';
import type { ConfigProblem } from './config-error.ts';

type Issue = z.core.$ZodIssue;

/** The names that a schema's checks have for types. */
const typeWords: { readonly [name: string]: string } = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Between the names of several unknown keys in one issue's message. */
const separator = '\n';

/** An error map for zod that knows which keys there are; the other messages are made from the issues afterwards. */
export function nameUnknownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined;
  const { shape = {} } = (issue.inst as unknown as { _zod: { def: { shape?: object } } })._zod.def;
  const known = Object.keys(shape);
  const messages = (issue.keys as readonly string[]).map((key) => {
    const near = closest(key, known);
    return near === undefined
      ? `unknown key; known are ${known.join(', ')}`
      : `unknown key; did you mean ${near}?`;
  });
  return messages.join(separator);
}

/** What zod found, one line a mistake. Needs `reportInput`. */
export function problemsOf(
  issues: readonly Issue[],
  parents: readonly PropertyKey[] = [],
): readonly ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = [...parents, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split(separator);
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        message: messages[index] ?? 'unknown key',
      }));
    }
    return issue.code === 'invalid_union'
      ? ofUnion(issue, path)
      : [{ path, message: messageOf(issue, path) }];
  });
}

function messageOf(issue: Issue, path: readonly PropertyKey[]): string {
  const got = shownValue(issue.input, path);
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; expected ${typeWord(issue)}`
        : `expected ${typeWord(issue)}, got ${got}`;
    case 'invalid_value':
      return oneOf(issue.values, issue.input, got);
    case 'too_small':
      return `expected ${amount(issue, issue.minimum, 'at least')}, got ${got}`;
    case 'too_big':
      return `expected ${amount(issue, issue.maximum, 'at most')}, got ${got}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function typeWord({ expected }: z.core.$ZodIssueInvalidType): string {
  return typeWords[expected] ?? expected;
}

function amount({ origin }: { readonly origin: string }, limit: number | bigint, bound: string): string {
  if (origin === 'number' || origin === 'int') return `${bound} ${limit}`;
  if (origin === 'string') return `${bound} ${limit} ${Number(limit) === 1 ? 'character' : 'characters'}`;
  return `${bound} ${limit} ${Number(limit) === 1 ? 'entry' : 'entries'}`;
}

function oneOf(values: readonly unknown[], input: unknown, got: string): string {
  const names = values.filter((value) => typeof value === 'string');
  const near = typeof input === 'string' ? closest(input, names) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `expected ${jsonWords(values)}, got ${got}${hint}`;
}

function jsonWords(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(' or ');
}

/** Of several forms the one that was meant, by the type of what came; if that can't be told, all of them. */
function ofUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PropertyKey[],
): readonly ConfigProblem[] {
  const { discriminator, options } = issue as { discriminator?: string; options?: readonly unknown[] };
  if (discriminator !== undefined) {
    const input = (issue.input as { readonly [key: string]: unknown })[discriminator];
    return [{ path, message: oneOf(options ?? [], input, shownValue(input, path)) }];
  }
  const forms = issue.errors.map((errors) => errors as readonly Issue[]);
  const meant = forms.filter((errors) => !errors.every(isOfAnotherType));
  if (meant.length === 1) return problemsOf(meant[0] ?? [], path);
  const expected = new Set(forms.flat().map(expectedBy));
  return [{ path, message: `expected ${[...expected].join(' or ')}, got ${shownValue(issue.input, path)}` }];
}

/** What an issue about a value as a whole would have taken. */
function expectedBy(issue: Issue): string {
  if (issue.code === 'invalid_type') return typeWord(issue);
  return issue.code === 'invalid_value' ? jsonWords(issue.values) : issue.message;
}

/** The value as a whole is of a type that this form does not have, or not its one word. */
function isOfAnotherType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type') return true;
  if (issue.code !== 'invalid_value') return false;
  return issue.values.length === 1 || issue.values.every((value) => typeof value !== typeof issue.input);
}
