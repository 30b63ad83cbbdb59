import type { ErrorShape } from './dialects.ts';

/** A refusal in OpenAI's terms. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(
    status: number,
    message: string,
    more: { readonly type?: string; readonly param?: string | null; readonly code?: string | null } = {},
  ) {
    super(message);
    this.status = status;
    this.type = more.type ?? 'invalid_request_error';
    this.param = more.param ?? null;
    this.code = more.code ?? null;
  }
}

/** vLLM names the HTTP status class. */
const VLLM_TYPES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  401: 'AuthenticationError',
  404: 'NotFoundError',
};

const SHAPES: Readonly<Record<ErrorShape, (error: ApiError) => unknown>> = {
  openai: ({ message, type, param, code }) => ({ error: { message, type, param, code } }),
  vllm: ({ message, status, param }) => ({
    object: 'error',
    message,
    type: VLLM_TYPES[status] ?? 'InternalServerError',
    param,
    code: status,
  }),
  llamacpp: ({ message, status, type }) => ({ error: { code: status, message, type } }),
};

/** The body of an error in the shape of a dialect. */
export function apiErrorBody(error: ApiError, shape: ErrorShape): unknown {
  return SHAPES[shape](error);
}

/** Types and codes that OpenAI gives with a status. */
const STATUS_TERMS: Readonly<Record<number, readonly [type: string, code: string | null, message: string]>> =
  {
    401: ['invalid_request_error', 'invalid_api_key', 'Incorrect API key provided.'],
    402: ['insufficient_quota', 'insufficient_quota', 'You exceeded your current quota.'],
    403: ['permission_error', 'permission_denied', 'You are not allowed to use this model.'],
    404: ['invalid_request_error', 'model_not_found', 'The model does not exist.'],
    429: ['requests', 'rate_limit_exceeded', 'Rate limit reached for requests.'],
    503: ['service_unavailable_error', null, 'The engine is currently overloaded, please try again later.'],
  };

/** The error that goes with a status, for faults. */
export function apiErrorForStatus(status: number): ApiError {
  const standard = status < 500 ? 'invalid_request_error' : 'server_error';
  const [type, code, message] = STATUS_TERMS[status] ?? [
    standard,
    null,
    `The sandbox was asked to answer ${status}.`,
  ];
  return new ApiError(status, message, { type, code });
}
