import { ApiError } from './api-error.ts';
import { checkMessages, type Message } from './messages.ts';
import { checkResponseFormat, type ResponseFormat } from './response-format.ts';
import { checkToolChoice, checkTools, type ToolChoice, type ToolDefinition } from './tool-request.ts';

/** A request for a completion that has been checked. */
export interface CompletionRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly choices: number;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly seed: number | undefined;
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly responseFormat: ResponseFormat;
  readonly reasoningEffort: string | undefined;
}

type Check = (value: unknown, name: string) => void;

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  if (typeof value === 'object') return 'an object';
  return `a ${typeof value}`;
}

/** OpenAI's words for a value of the wrong type. */
export function wrongType(name: string, expected: string, value: unknown): ApiError {
  const message = `Invalid type for '${name}': expected ${expected}, but got ${typeName(value)} instead.`;
  return new ApiError(400, message, { param: name, code: 'invalid_type' });
}

function number(kind: 'decimal' | 'integer', minimum: number, maximum: number): Check {
  return (value, name) => {
    if (typeof value !== 'number' || (kind === 'integer' && !Number.isInteger(value))) {
      throw wrongType(name, kind === 'integer' ? 'an integer' : 'a decimal', value);
    }
    if (value >= minimum && value <= maximum) return;
    const [side, sign, limit] =
      value < minimum ? ['below minimum', '>=', minimum] : ['above maximum', '<=', maximum];
    const message = `Invalid '${name}': ${kind} ${side} value. Expected a value ${sign} ${limit}, but got ${value} instead.`;
    const code = `${kind}_${side === 'below minimum' ? 'below_min' : 'above_max'}_value`;
    throw new ApiError(400, message, { param: name, code });
  };
}

const boolean: Check = (value, name) => {
  if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value);
};

const string: Check = (value, name) => {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
};

const object: Check = (value, name) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongType(name, 'an object', value);
};

const stopSequences: Check = (value, name) => {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || list.some((entry) => typeof entry !== 'string')) {
    throw wrongType(name, 'one of a string or an array of strings', value);
  }
  if (list.length > 4) {
    const message = `Invalid '${name}': array too long. Expected an array with maximum length 4, but got an array with length ${list.length} instead.`;
    throw new ApiError(400, message, { param: name, code: 'array_above_max_length' });
  }
};

const oneOf =
  (...values: readonly string[]): Check =>
  (value, name) => {
    if (typeof value === 'string' && values.includes(value)) return;
    const supported = values.map((entry) => `'${entry}'`).join(', ');
    const message = `Invalid value: '${String(value)}'. Supported values are: ${supported}.`;
    throw new ApiError(400, message, { param: name, code: 'invalid_value' });
  };

const anything: Check = () => {};

/** Every field that OpenAI documents, with its check. `messages`, `tools` and the like have their own files. */
const FIELDS: Readonly<Record<string, Check>> = {
  messages: anything,
  model: anything,
  tools: anything,
  tool_choice: anything,
  response_format: anything,
  audio: object,
  frequency_penalty: number('decimal', -2, 2),
  logit_bias: object,
  logprobs: boolean,
  max_completion_tokens: number('integer', 1, Number.MAX_SAFE_INTEGER),
  max_tokens: number('integer', 1, Number.MAX_SAFE_INTEGER),
  metadata: object,
  modalities: anything,
  n: number('integer', 1, 128),
  parallel_tool_calls: boolean,
  prediction: object,
  presence_penalty: number('decimal', -2, 2),
  prompt_cache_key: string,
  reasoning_effort: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh'),
  safety_identifier: string,
  seed: number('integer', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  service_tier: string,
  stop: stopSequences,
  store: boolean,
  stream: boolean,
  stream_options: object,
  temperature: number('decimal', 0, 2),
  top_logprobs: number('integer', 0, 20),
  top_p: number('decimal', 0, 1),
  user: string,
  verbosity: oneOf('low', 'medium', 'high'),
  web_search_options: object,
};

/** Fields that `null` does not unset. */
const NOT_NULLABLE = new Set(['messages', 'model', 'tools', 'tool_choice', 'response_format', 'user']);

function checkFields(body: Readonly<Record<string, unknown>>, allowed: FieldRules): void {
  for (const [name, value] of Object.entries(body)) {
    const check = FIELDS[name];
    if (check === undefined) {
      if (allowed.unknown === 'ignore' || allowed.extra.includes(name)) continue;
      throw new ApiError(400, `Unknown parameter: '${name}'.`, { param: name, code: 'unknown_parameter' });
    }
    if (value === undefined || (value === null && !NOT_NULLABLE.has(name))) continue;
    check(value, name);
  }
}

function checkStreamOptions(body: Readonly<Record<string, unknown>>): boolean {
  const options = body.stream_options as Readonly<Record<string, unknown>> | null | undefined;
  if (options === null || options === undefined) return false;
  if (body.stream !== true) {
    const message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    throw new ApiError(400, message, { param: 'stream_options' });
  }
  if (options.include_usage !== undefined) boolean(options.include_usage, 'stream_options.include_usage');
  return options.include_usage === true;
}

/** Which fields besides OpenAI's are taken. */
export interface FieldRules {
  readonly unknown: 'refuse' | 'ignore';
  readonly extra: readonly string[];
}

/**
 * Checks a request body as OpenAI does.
 * @throws {ApiError} 400 with OpenAI's words, `param` and `code`.
 */
export function readCompletionRequest(text: string, rules: FieldRules): CompletionRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new ApiError(
      400,
      'We could not parse the JSON body of your request. The API expects a JSON payload, but what was sent was not valid JSON.',
    );
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiError(400, 'The body of the request must be a JSON object.');
  }
  const fields = body as Readonly<Record<string, unknown>>;
  if (typeof fields.model !== 'string' || fields.model === '') {
    throw new ApiError(400, 'you must provide a model parameter');
  }
  checkFields(fields, rules);
  const messages = checkMessages(fields.messages);
  const tools = checkTools(fields.tools);
  const stop = fields.stop ?? [];
  return {
    model: fields.model,
    messages,
    stream: fields.stream === true,
    includeUsage: checkStreamOptions(fields),
    choices: (fields.n as number | null | undefined) ?? 1,
    maxTokens: (fields.max_completion_tokens ?? fields.max_tokens ?? undefined) as number | undefined,
    stop: (typeof stop === 'string' ? [stop] : (stop as readonly string[])).filter((entry) => entry !== ''),
    seed: (fields.seed ?? undefined) as number | undefined,
    tools,
    toolChoice: checkToolChoice(fields.tool_choice, tools),
    responseFormat: checkResponseFormat(fields.response_format, messages),
    reasoningEffort: (fields.reasoning_effort ?? undefined) as string | undefined,
  };
}
