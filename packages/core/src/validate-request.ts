import { ChatError } from './chat-error.ts';
import { closest } from './closest.ts';
import { bounded } from './redact.ts';
import type { ChatRequest, Role } from './request.ts';

/** Throws `invalid-request` for a value that is not what it must be; `path` is where it stands. */
export type Check = (value: unknown, path: string) => void;

const roles: readonly Role[] = ['system', 'developer', 'user', 'assistant', 'tool'];

const details: ReadonlySet<unknown> = new Set(['auto', 'low', 'high']);

/** Names that other APIs give our fields, for a better hint than the closest spelling. */
const foreignNames: { readonly [name: string]: string } = {
  max_tokens: 'maxOutputTokens',
  max_completion_tokens: 'maxOutputTokens',
  maxTokens: 'maxOutputTokens',
  max_new_tokens: 'maxOutputTokens',
  top_p: 'topP',
  top_k: 'topK',
  presence_penalty: 'presencePenalty',
  frequency_penalty: 'frequencyPenalty',
  stopSequences: 'stop',
  tool_choice: 'toolChoice',
  response_format: 'responseFormat',
  reasoning_effort: 'reasoningEffort',
  prompt: 'messages',
  tool_calls: 'toolCalls',
  tool_call_id: 'toolCallId',
};

/** Call options that are easily put into the request. */
const callOptions: ReadonlySet<string> = new Set([
  'stream',
  'signal',
  'timeout',
  'proxy',
  'headers',
  'includeRaw',
]);

const fields: { readonly [Field in keyof Required<ChatRequest>]: Check } = {
  model: string,
  messages: (value, path) => {
    if (!Array.isArray(value)) fail(path, 'must be an array of messages', value);
    if (value.length === 0) throw invalid(`${path} is empty: at least one message is needed`);
    for (const [index, message] of value.entries()) checkMessage(message, `${path}[${index}]`);
  },
  temperature: range(0, Number.POSITIVE_INFINITY),
  topP: range(0, 1),
  topK: integer(0),
  maxOutputTokens: integer(1),
  stop: (value, path) => {
    if (typeof value === 'string') {
      nonEmptyString(value, path);
      return;
    }
    if (!Array.isArray(value)) fail(path, 'must be a string or an array of strings', value);
    for (const [index, stop] of value.entries()) nonEmptyString(stop, `${path}[${index}]`);
  },
  seed: integer(Number.MIN_SAFE_INTEGER),
  presencePenalty: range(-2, 2),
  frequencyPenalty: range(-2, 2),
  tools: (value, path) => {
    if (!Array.isArray(value)) fail(path, 'must be an array of tools', value);
    for (const [index, tool] of value.entries()) checkTool(tool, `${path}[${index}]`);
  },
  toolChoice: (value, path) => {
    if (value === 'auto' || value === 'none' || value === 'required') return;
    if (!isObject(value)) fail(path, "must be 'auto', 'none', 'required' or { name }", value);
    nonEmptyString(value.name, `${path}.name`);
  },
  responseFormat: (value, path) => {
    if (!isObject(value)) fail(path, "must be { type: 'text' } or { type: 'json' }", value);
    if (value.type !== 'text' && value.type !== 'json')
      fail(`${path}.type`, "must be 'text' or 'json'", value.type);
    if (value.schema !== undefined) object(value.schema, `${path}.schema`);
    if (value.name !== undefined) nonEmptyString(value.name, `${path}.name`);
    if (value.description !== undefined) string(value.description, `${path}.description`);
    if (value.strict !== undefined) boolean(value.strict, `${path}.strict`);
  },
  reasoningEffort: nonEmptyString,
  user: string,
  metadata: (value, path) => {
    object(value, path);
    for (const [key, entry] of Object.entries(value as object)) string(entry, `${path}.${shown(key)}`);
  },
  providerOptions: (value, path) => {
    object(value, path);
    for (const [id, entry] of Object.entries(value as object)) object(entry, `${path}.${shown(id)}`);
  },
};

const messageFields = ['role', 'content', 'name', 'toolCalls', 'toolCallId'] as const;

/**
 * Checks a request before any byte is sent. Throws `invalid-request` that names the field, what was expected and what came:
 * `messages[2].content must be a string or an array of parts, got number`. The values themselves are not repeated, since
 * they may be prompts.
 */
export function validateRequest(request: unknown): asserts request is ChatRequest {
  try {
    checkRequest(request);
  } catch (error) {
    if (ChatError.is(error)) throw error;
    // A getter or a proxy of the caller's.
    throw new ChatError('invalid-request', 'the request cannot be read: one of its fields throws', {
      cause: error,
    });
  }
}

function checkRequest(request: unknown): void {
  if (!isObject(request)) throw invalid(`the request must be an object, got ${kindOf(request)}`);
  if (request.messages === undefined)
    throw invalid('messages is missing: an array with at least one message is needed');
  for (const key of Object.keys(request)) {
    const value = request[key];
    if (value === undefined) continue;
    const check = (fields as { readonly [key: string]: Check | undefined })[key];
    if (!check || !Object.hasOwn(fields, key)) throw unknownField(key);
    check(value, key);
  }
}

function checkMessage(message: unknown, path: string): void {
  if (!isObject(message)) fail(path, 'must be a message object', message);
  const { role, content } = message;
  if (typeof role !== 'string' || !(roles as readonly string[]).includes(role)) {
    const got = typeof role === 'string' ? JSON.stringify(role.slice(0, 40)) : kindOf(role);
    throw invalid(`${path}.role must be one of ${roles.join(', ')}, got ${got}`);
  }
  if (typeof content !== 'string') {
    if (!Array.isArray(content)) fail(`${path}.content`, 'must be a string or an array of parts', content);
    for (const [index, part] of content.entries()) checkPart(part, `${path}.content[${index}]`);
  }
  for (const key of Object.keys(message)) {
    if (message[key] !== undefined && !(messageFields as readonly string[]).includes(key)) {
      const known = likelyName(key, messageFields);
      throw invalid(
        `${path}.${shown(key)} is not a field of a message${known ? `; did you mean ${known}?` : ''}`,
      );
    }
  }
  if (message.name !== undefined) string(message.name, `${path}.name`);
  if (role === 'tool') {
    if (message.toolCallId === undefined)
      throw invalid(`${path}.toolCallId is missing: a tool message answers a call`);
    nonEmptyString(message.toolCallId, `${path}.toolCallId`);
  } else if (message.toolCallId !== undefined) {
    throw invalid(`${path}.toolCallId belongs to tool messages, not to role ${role}`);
  }
  if (message.toolCalls === undefined) return;
  if (role !== 'assistant')
    throw invalid(`${path}.toolCalls belongs to assistant messages, not to role ${role}`);
  if (!Array.isArray(message.toolCalls)) fail(`${path}.toolCalls`, 'must be an array', message.toolCalls);
  message.toolCalls.forEach((call, index) => {
    const at = `${path}.toolCalls[${index}]`;
    if (!isObject(call)) fail(at, 'must be { id, name, arguments }', call);
    nonEmptyString(call.id, `${at}.id`);
    nonEmptyString(call.name, `${at}.name`);
    if (typeof call.arguments !== 'string') fail(`${at}.arguments`, 'must be JSON text', call.arguments);
  });
}

function checkPart(part: unknown, path: string): void {
  if (!isObject(part)) fail(path, 'must be a content part', part);
  switch (part.type) {
    case 'text':
      string(part.text, `${path}.text`);
      return;
    case 'image':
    case 'file': {
      if ((part.url === undefined) === (part.data === undefined)) {
        throw invalid(`${path} needs either url or data`);
      }
      if (part.url !== undefined) nonEmptyString(part.url, `${path}.url`);
      if (part.data !== undefined) nonEmptyString(part.data, `${path}.data`);
      if (part.data !== undefined || part.type === 'file')
        nonEmptyString(part.mediaType, `${path}.mediaType`);
      if (part.detail !== undefined && !details.has(part.detail))
        fail(`${path}.detail`, "must be 'auto', 'low' or 'high'", part.detail);
      if (part.filename !== undefined) string(part.filename, `${path}.filename`);
      return;
    }
    case 'audio':
      nonEmptyString(part.data, `${path}.data`);
      nonEmptyString(part.mediaType, `${path}.mediaType`);
      return;
    default: {
      const hint = part.type === 'image_url' ? "; images are { type: 'image', url }" : '';
      const got = typeof part.type === 'string' ? JSON.stringify(part.type.slice(0, 40)) : kindOf(part.type);
      throw invalid(`${path}.type must be one of text, image, audio, file, got ${got}${hint}`);
    }
  }
}

function checkTool(tool: unknown, path: string): void {
  if (!isObject(tool)) fail(path, 'must be a tool definition', tool);
  if (tool.type === 'function' && isObject(tool.function)) {
    throw invalid(`${path} is in OpenAI's wire shape; here a tool is { name, description?, parameters? }`);
  }
  nonEmptyString(tool.name, `${path}.name`);
  if (tool.description !== undefined) string(tool.description, `${path}.description`);
  if (tool.parameters !== undefined) object(tool.parameters, `${path}.parameters`);
  if (tool.strict !== undefined) boolean(tool.strict, `${path}.strict`);
}

function unknownField(key: string): ChatError {
  if (callOptions.has(key)) {
    return invalid(`${key} is not a field of the request: pass it in the call options, the second argument`);
  }
  const known = likelyName(key, Object.keys(fields));
  return invalid(
    `${shown(key)} is not a field of the request; ${known ? `did you mean ${known}?` : 'a field of one provider goes into providerOptions.<provider id>'}`,
  );
}

function likelyName(key: string, known: readonly string[]): string | undefined {
  return Object.hasOwn(foreignNames, key) ? foreignNames[key] : closest(key, known);
}

/** A key, for a message: whatever came in may be long, or hold a prompt. */
function shown(key: string): string {
  return /^[\w.$-]{1,40}$/.test(key) ? key : JSON.stringify(bounded(key, 40));
}

function range(least: number, most: number): Check {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= least && value <= most) || !Number.isFinite(value)) {
      const upTo = most === Number.POSITIVE_INFINITY ? '' : ` to ${most}`;
      fail(path, `must be a number from ${least}${upTo}`, value);
    }
  };
}

function integer(least: number): Check {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      fail(
        path,
        least > Number.MIN_SAFE_INTEGER ? `must be a whole number from ${least}` : 'must be a whole number',
        value,
      );
    }
  };
}

function string(value: unknown, path: string): void {
  if (typeof value !== 'string') fail(path, 'must be a string', value);
}

function boolean(value: unknown, path: string): void {
  if (typeof value !== 'boolean') fail(path, 'must be true or false', value);
}

function nonEmptyString(value: unknown, path: string): void {
  if (typeof value !== 'string' || value.length === 0) fail(path, 'must be a non-empty string', value);
}

function object(value: unknown, path: string): void {
  if (!isObject(value)) fail(path, 'must be an object', value);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What came, without its text. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (value === '') return 'an empty string';
  return value === undefined ? 'nothing' : typeof value;
}

/** Refuses a value without repeating it, unless it is a number. */
export function fail(path: string, expected: string, value: unknown): never {
  const got = typeof value === 'number' && expected.includes('number') ? String(value) : kindOf(value);
  throw invalid(`${path} ${expected}, got ${got}`);
}

function invalid(message: string): ChatError {
  return new ChatError('invalid-request', message);
}
