import { ApiError } from './api-error.ts';
import { wrongType } from './completion-request.ts';

/** One message of a request, with its parts flattened. */
export interface Message {
  readonly role: string;
  readonly text: string;
  readonly images: number;
  readonly audios: number;
  readonly files: number;
  readonly toolCallIds: readonly string[];
  readonly toolCallId: string | undefined;
}

const ROLES = ['system', 'assistant', 'user', 'function', 'tool', 'developer'];

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function missing(name: string): ApiError {
  return new ApiError(400, `Missing required parameter: '${name}'.`, {
    param: name,
    code: 'missing_required_parameter',
  });
}

/** What each kind of part must have, and who may say it. */
const PARTS: Readonly<Record<string, { readonly field: string; readonly roles: readonly string[] }>> = {
  text: { field: 'text', roles: ROLES },
  refusal: { field: 'refusal', roles: ['assistant'] },
  image_url: { field: 'image_url', roles: ['user'] },
  input_audio: { field: 'input_audio', roles: ['user'] },
  file: { field: 'file', roles: ['user'] },
};

function checkImage(part: Fields, at: string): void {
  const image = part.image_url;
  if (!isObject(image)) throw wrongType(`${at}.image_url`, 'an object', image);
  if (typeof image.url !== 'string') throw missing(`${at}.image_url.url`);
  if (!/^(?:https?:\/\/|data:image\/[a-z.+-]+;base64,)/iu.test(image.url)) {
    throw new ApiError(400, `Invalid 'image_url'. Expected a valid URL or a base64-encoded data URL.`, {
      param: `${at}.image_url.url`,
      code: 'invalid_value',
    });
  }
}

function checkPart(part: unknown, role: string, at: string): Fields {
  if (!isObject(part)) throw wrongType(at, 'an object', part);
  const type = String(part.type);
  const rule = PARTS[type];
  if (rule === undefined || !rule.roles.includes(role)) {
    const supported = Object.keys(PARTS)
      .filter((name) => PARTS[name]?.roles.includes(role))
      .map((name) => `'${name}'`)
      .join(', ');
    throw new ApiError(400, `Invalid value: '${type}'. Supported values are: ${supported}.`, {
      param: `${at}.type`,
      code: 'invalid_value',
    });
  }
  if (part[rule.field] === undefined) throw missing(`${at}.${rule.field}`);
  if (type === 'text' && typeof part.text !== 'string') throw wrongType(`${at}.text`, 'a string', part.text);
  if (type === 'image_url') checkImage(part, at);
  return part;
}

function checkContent(content: unknown, role: string, at: string): readonly Fields[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) {
    throw wrongType(`${at}.content`, 'one of a string or array of objects', content);
  }
  return content.map((part, index) => checkPart(part, role, `${at}.content[${index}]`));
}

function checkToolCalls(calls: unknown, at: string): readonly string[] {
  if (calls === undefined || calls === null) return [];
  if (!Array.isArray(calls)) throw wrongType(`${at}.tool_calls`, 'an array of objects', calls);
  return calls.map((call: unknown, index) => {
    const name = `${at}.tool_calls[${index}]`;
    if (!isObject(call)) throw wrongType(name, 'an object', call);
    if (typeof call.id !== 'string') throw missing(`${name}.id`);
    if (call.type !== 'function') throw missing(`${name}.type`);
    if (!isObject(call.function) || typeof call.function.name !== 'string')
      throw missing(`${name}.function.name`);
    if (typeof call.function.arguments !== 'string') throw missing(`${name}.function.arguments`);
    return call.id;
  });
}

function checkMessage(message: unknown, index: number): Message {
  const at = `messages[${index}]`;
  if (!isObject(message)) throw wrongType(at, 'an object', message);
  const { role, content } = message;
  if (role === undefined) throw missing(`${at}.role`);
  if (typeof role !== 'string' || !ROLES.includes(role)) {
    const supported = ROLES.map((name) => `'${name}'`).join(', ');
    throw new ApiError(400, `Invalid value: '${String(role)}'. Supported values are: ${supported}.`, {
      param: `${at}.role`,
      code: 'invalid_value',
    });
  }
  const toolCallIds = role === 'assistant' ? checkToolCalls(message.tool_calls, at) : [];
  const empty = content === null || content === undefined;
  if (empty && (role !== 'assistant' || toolCallIds.length === 0) && message.refusal === undefined) {
    if (content === undefined) throw missing(`${at}.content`);
    throw new ApiError(400, `Invalid value for 'content': expected a string, got null.`, {
      param: `${at}.content`,
    });
  }
  if (role === 'tool' && typeof message.tool_call_id !== 'string') throw missing(`${at}.tool_call_id`);
  const parts = empty ? [] : checkContent(content, role, at);
  const count = (type: string): number => parts.filter((part) => part.type === type).length;
  return {
    role,
    text: parts.map((part) => (part.type === 'text' ? String(part.text) : '')).join(''),
    images: count('image_url'),
    audios: count('input_audio'),
    files: count('file'),
    toolCallIds,
    toolCallId: role === 'tool' ? String(message.tool_call_id) : undefined,
  };
}

/** A tool message answers a call of the assistant message before it, and each call needs its answer. */
function checkToolOrder(messages: readonly Message[]): void {
  let open = new Set<string>();
  messages.forEach((message, index) => {
    if (message.role === 'tool') {
      if (open.delete(message.toolCallId ?? '')) return;
      throw new ApiError(
        400,
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
        { param: `messages.[${index}].role` },
      );
    }
    if (open.size > 0) {
      throw new ApiError(
        400,
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
        { param: `messages.[${index}].role` },
      );
    }
    open = new Set(message.toolCallIds);
  });
}

/**
 * Checks the messages as OpenAI does.
 * @throws {ApiError} 400.
 */
export function checkMessages(messages: unknown): readonly Message[] {
  if (messages === undefined) throw missing('messages');
  if (!Array.isArray(messages)) throw wrongType('messages', 'an array of objects', messages);
  if (messages.length === 0) {
    throw new ApiError(
      400,
      "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
      { param: 'messages', code: 'empty_array' },
    );
  }
  const checked = messages.map(checkMessage);
  checkToolOrder(checked);
  return checked;
}
