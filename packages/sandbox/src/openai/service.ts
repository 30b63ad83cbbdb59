import { tokenize } from '../answer.ts';
import { type Exchange, paceOf } from '../exchange.ts';
import { paced } from '../pace.ts';
import { createRandom } from '../random.ts';
import { sendJson, sendStream } from '../reply.ts';
import type { Service, ServiceName } from '../service.ts';
import { ApiError, apiErrorBody, apiErrorForStatus } from './api-error.ts';
import { type ChunkContext, chunkGrammar, completionFrames, usageOf } from './chunks.ts';
import { type CompletionRequest, readCompletionRequest } from './completion-request.ts';
import { DIALECTS, type Dialect, type DialectName } from './dialects.ts';
import { type PlannedChoice, planChoice } from './plan.ts';

/** Options of an OpenAI-compatible service. */
export interface OpenAIServiceOptions {
  /** The server that is played. Default `openai`. */
  readonly dialect?: DialectName;
  /** The key that requests need. Default: none. */
  readonly apiKey?: string;
  /** Model ids that are listed and taken. Default: those of the dialect. */
  readonly models?: readonly string[];
  /** Takes any model. Default: as the dialect does; Ylokh does when `allow_fallback` is true. */
  readonly anyModel?: boolean;
  /** Leaves out `data: [DONE]`. Default false. */
  readonly omitDone?: boolean;
  /** Refuses unknown fields with 400. Default: as the dialect does. */
  readonly strict?: boolean;
  /** The `Origin` that requests must have, with a `Referer` of the same origin. Default: not looked at. */
  readonly requiredOrigin?: string;
}

/** Unix time, in seconds, that the models are said to be from. */
const MODELS_CREATED = 1_700_000_000;

const COMPLETIONS_PATH = '/v1/chat/completions';
const MODELS_PATH = '/v1/models';

interface Rules {
  readonly name: ServiceName;
  readonly dialect: Dialect;
  readonly options: OpenAIServiceOptions;
}

function checkAccess(exchange: Exchange, options: OpenAIServiceOptions): void {
  const { headers } = exchange;
  const required = options.requiredOrigin;
  if (required !== undefined) {
    const refererFits = headers.referer === required || headers.referer?.startsWith(`${required}/`) === true;
    if (headers.origin !== required || !refererFits) {
      throw new ApiError(403, 'This API can only be used from its own site.', { type: 'access_denied' });
    }
  }
  if (options.apiKey === undefined) return;
  const authorization = headers.authorization ?? '';
  if (authorization === '') {
    throw new ApiError(
      401,
      "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
    );
  }
  if (authorization !== `Bearer ${options.apiKey}`) {
    throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
  }
}

function modelEntry(id: string, dialect: Dialect): unknown {
  return { id, object: 'model', created: MODELS_CREATED, owned_by: dialect.ownedBy, ...dialect.modelFields };
}

function unknownModel(model: string, dialect: Dialect): ApiError {
  return new ApiError(404, dialect.unknownModelMessage(model), { code: 'model_not_found' });
}

function sendModels(exchange: Exchange, { dialect, options }: Rules): Promise<void> {
  const ids = options.models ?? dialect.models;
  if (exchange.path === MODELS_PATH) {
    return sendJson(exchange, 200, { object: 'list', data: ids.map((id) => modelEntry(id, dialect)) });
  }
  const id = decodeURIComponent(exchange.path.slice(MODELS_PATH.length + 1));
  if (!ids.includes(id)) throw unknownModel(id, dialect);
  return sendJson(exchange, 200, modelEntry(id, dialect));
}

function readRequest(exchange: Exchange, { name, dialect, options }: Rules): CompletionRequest {
  const contentType = exchange.headers['content-type'] ?? '';
  if (!/^application\/json\s*(?:;|$)/iu.test(contentType)) {
    throw new ApiError(
      400,
      `Unsupported content type: '${contentType}'. This API method only accepts 'application/json' requests.`,
      { code: 'unsupported_content_type' },
    );
  }
  const strict = options.strict ?? dialect.unknownField === 'refuse';
  const request = readCompletionRequest(exchange.body.toString('utf8'), {
    unknown: strict ? 'refuse' : 'ignore',
    extra: name === 'ylokh' ? ['allow_fallback'] : [],
  });
  const fallsBack =
    name === 'ylokh' &&
    (JSON.parse(exchange.body.toString('utf8')) as { allow_fallback?: unknown }).allow_fallback === true;
  const anyModel = options.anyModel ?? (dialect.unknownModel === 'accept' || fallsBack);
  if (!anyModel && !(options.models ?? dialect.models).includes(request.model)) {
    throw unknownModel(request.model, dialect);
  }
  return request;
}

function wholeChoice(
  { index, reasoning, speech, toolCalls, finishReason }: PlannedChoice,
  dialect: Dialect,
): unknown {
  const content = [...speech.tokens].join('');
  const calls = toolCalls.map(({ id, name, fragments }) => ({
    id,
    type: 'function',
    function: { name, arguments: fragments.join('') },
  }));
  return {
    index,
    message: {
      role: 'assistant',
      content: calls.length > 0 ? null : content,
      refusal: null,
      ...(reasoning.length > 0 && { [dialect.reasoningField]: reasoning.join('') }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    logprobs: null,
    finish_reason: finishReason,
    ...dialect.finishChoiceFields,
  };
}

function tokensOf({ reasoning, speech, toolCalls }: PlannedChoice): string[] {
  return [...reasoning, ...speech.tokens, ...toolCalls.flatMap((call) => call.fragments)];
}

function wholeCompletion(
  context: ChunkContext,
  choices: readonly PlannedChoice[],
  promptTokens: number,
): unknown {
  const { id, created, request, dialect } = context;
  const outputTokens = choices.reduce((sum, choice) => sum + tokensOf(choice).length, 0);
  const reasoningTokens = choices.reduce((sum, choice) => sum + choice.reasoning.length, 0);
  return {
    id,
    object: 'chat.completion',
    created,
    model: request.model,
    choices: choices.map((choice) => wholeChoice(choice, dialect)),
    usage: usageOf(promptTokens, outputTokens, reasoningTokens),
    ...(dialect.systemFingerprint !== null && { system_fingerprint: dialect.systemFingerprint }),
    ...dialect.finishFields(outputTokens),
  };
}

async function complete(exchange: Exchange, rules: Rules): Promise<void> {
  const { dialect, options } = rules;
  const request = readRequest(exchange, rules);
  const choices = Array.from({ length: request.choices }, (_, index) => planChoice(exchange, request, index));
  const failure = choices[0]?.speech.failure;
  if (failure !== undefined && [...(choices[0]?.speech.tokens ?? [])].length === 0) {
    throw new ApiError(failure.status ?? 500, failure.message, { type: failure.type ?? 'server_error' });
  }
  const random = createRandom(`${rules.name} ${exchange.entry.request.number}`);
  const context: ChunkContext = {
    id: `chatcmpl-${random.alphanumeric(24)}`,
    created: Math.floor(exchange.entry.request.receivedAtMs / 1000),
    request,
    dialect,
    omitDone: options.omitDone ?? false,
  };
  const promptTokens = request.messages.reduce((sum, message) => sum + tokenize(message.text).length, 0);
  const whole = (): unknown => wholeCompletion(context, choices, promptTokens);
  if (request.stream) {
    await sendStream(exchange, {
      head: {
        status: 200,
        headers: {
          'content-type': dialect.contentType,
          'cache-control': 'no-cache',
          'x-request-id': context.id,
        },
      },
      grammar: chunkGrammar(context),
      frames: completionFrames(exchange, context, choices, promptTokens),
      whole,
    });
    return;
  }
  // A whole answer takes as long as its tokens would.
  for await (const _ of paced(choices.flatMap(tokensOf), paceOf(exchange), exchange.signal));
  if (failure !== undefined)
    throw new ApiError(failure.status ?? 500, failure.message, { type: 'server_error' });
  await sendJson(exchange, 200, whole(), { 'x-request-id': context.id });
}

function route(exchange: Exchange, rules: Rules): Promise<void> {
  const { path, method } = exchange;
  const isModels = path === MODELS_PATH || path.startsWith(`${MODELS_PATH}/`);
  if (path !== COMPLETIONS_PATH && !isModels) {
    throw new ApiError(404, `Invalid URL (${method} ${path})`);
  }
  if (method !== (isModels ? 'GET' : 'POST')) {
    const message = `Not allowed to ${method} on ${path}. (HINT: Perhaps you meant to use a different HTTP method?)`;
    throw new ApiError(405, message, { code: 'method_not_supported' });
  }
  checkAccess(exchange, rules.options);
  return isModels ? sendModels(exchange, rules) : complete(exchange, rules);
}

/** Creates an OpenAI-compatible server. */
export function createOpenAIService(name: ServiceName, options: OpenAIServiceOptions): Service {
  const dialect = DIALECTS[options.dialect ?? 'openai'];
  const rules: Rules = { name, dialect, options };
  return {
    name,
    phaseOf: (_method, path) => {
      if (path === COMPLETIONS_PATH) return 'message';
      return path === MODELS_PATH || path.startsWith(`${MODELS_PATH}/`) ? 'models' : 'other';
    },
    errorBody: (status) => apiErrorBody(apiErrorForStatus(status), dialect.errorShape),
    handle: async (exchange) => {
      try {
        await route(exchange, rules);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        await sendJson(exchange, error.status, apiErrorBody(error, dialect.errorShape));
      }
    },
  };
}
