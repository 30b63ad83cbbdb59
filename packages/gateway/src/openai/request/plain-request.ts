import type { ChatRequest, Message } from '@sluice/core';
import type { WireRequest } from './request-schema.ts';

type Body = { readonly [field: string]: unknown };

const roles: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant']);

const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const isFrom = (least: number, most: number) => (value: unknown) =>
  typeof value === 'number' && value >= least && value <= most;

/** The fields of a plain request: whether a value is taken as it is, and its name in ours. */
const fields: ReadonlyMap<
  string,
  { readonly takes: (value: unknown) => boolean; readonly name?: keyof ChatRequest }
> = new Map<string, { readonly takes: (value: unknown) => boolean; readonly name?: keyof ChatRequest }>([
  [
    'model',
    {
      takes: (value) => isText(value) && (value as string).length >= 1 && (value as string).length <= 256,
      name: 'model',
    },
  ],
  [
    'messages',
    {
      takes: (value) => Array.isArray(value) && value.length > 0 && value.every(isPlainMessage),
      name: 'messages',
    },
  ],
  ['stream', { takes: (value) => typeof value === 'boolean' }],
  ['max_tokens', { takes: isCount, name: 'maxOutputTokens' }],
  ['max_completion_tokens', { takes: isCount, name: 'maxOutputTokens' }],
  ['temperature', { takes: isFrom(0, 2), name: 'temperature' }],
  ['top_p', { takes: isFrom(0, 1), name: 'topP' }],
  ['seed', { takes: Number.isSafeInteger, name: 'seed' }],
  ['user', { takes: isText, name: 'user' }],
]);

/**
 * Reads the request that nearly everybody sends: texts and a few numbers, each field of its type. It is what the schema would
 * read, at a tenth of the cost; whatever is else, and whatever is wrong, is nothing here, and the schema's matter.
 */
export function plainRequest(body: Body): WireRequest | undefined {
  const request: { [field: string]: unknown } = {};
  for (const key in body) {
    const field = fields.get(key);
    const value = body[key];
    if (field === undefined || !field.takes(value)) return undefined;
    if (field.name === undefined) continue;
    // Two names of one field: which one holds is the schema's to say.
    if (request[field.name] !== undefined) return undefined;
    request[field.name] = value;
  }
  if (request.messages === undefined) return undefined;
  return { request: request as unknown as ChatRequest, stream: body.stream === true, includeUsage: false };
}

/** A role and a text, and no more: the same object in both wires. */
function isPlainMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  let known = 0;
  for (const key in value) {
    if (key !== 'role' && key !== 'content') return false;
    known += 1;
  }
  const { role, content } = value as { readonly role: unknown; readonly content: unknown };
  return known === 2 && typeof content === 'string' && roles.has(role);
}
