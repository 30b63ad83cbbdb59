import { AISDKError, APICallError } from '@ai-sdk/provider';
import {
  bounded,
  ChatError,
  type ChatErrorCode,
  errorFromObject,
  errorFromPage,
  errorFromStatus,
  isPage,
  redact,
  type Secrets,
  type Sent,
} from '@sluice/core';

/** What is known of a call whose model failed. */
export interface FailedCall {
  readonly provider: string;
  readonly model: string;
  readonly secrets: Secrets;
  /** Whether its answer had begun to arrive. */
  readonly answered: boolean;
  /** Milliseconds since 1970, for dates in `Retry-After`. */
  readonly nowMs: number;
}

/** In UTF-16 units. */
const longestMessage = 300;

/** Longer chains of causes are not followed. */
const deepestCause = 8;

/** Errors of `@ai-sdk/provider` that are about something else than an answer of HTTP. */
const byName: { readonly [name: string]: ChatErrorCode } = {
  AI_LoadAPIKeyError: 'auth',
  AI_LoadSettingError: 'invalid-request',
  AI_NoSuchModelError: 'model-not-found',
  AI_UnsupportedFunctionalityError: 'unsupported',
  AI_NoSuchProviderReferenceError: 'unsupported',
  AI_InvalidPromptError: 'invalid-request',
  AI_InvalidArgumentError: 'invalid-request',
  AI_EmptyResponseBodyError: 'empty-response',
  AI_NoContentGeneratedError: 'empty-response',
  AI_InvalidResponseDataError: 'invalid-response',
  AI_JSONParseError: 'invalid-response',
  AI_TypeValidationError: 'invalid-response',
};

/** Error codes of Node and of its fetch: what they are here, and what they say about the request. */
const transport: { readonly [code: string]: { readonly code: ChatErrorCode; readonly sent: Sent } } = {
  ECONNREFUSED: { code: 'network', sent: 'no' },
  ENOTFOUND: { code: 'network', sent: 'no' },
  EAI_AGAIN: { code: 'network', sent: 'no' },
  EHOSTUNREACH: { code: 'network', sent: 'no' },
  ENETUNREACH: { code: 'network', sent: 'no' },
  ECONNRESET: { code: 'network', sent: 'maybe' },
  EPIPE: { code: 'network', sent: 'maybe' },
  ETIMEDOUT: { code: 'network', sent: 'maybe' },
  UND_ERR_SOCKET: { code: 'network', sent: 'maybe' },
  UND_ERR_CONNECT_TIMEOUT: { code: 'connect-timeout', sent: 'no' },
  UND_ERR_HEADERS_TIMEOUT: { code: 'first-token-timeout', sent: 'maybe' },
  UND_ERR_BODY_TIMEOUT: { code: 'idle-timeout', sent: 'yes' },
};

/**
 * Makes a `ChatError` of what a model of the AI SDK threw, or sent as an `error` part. Such errors hold the whole request, and
 * answers that may repeat it; what is kept here is redacted, and of causes only a socket's own error.
 */
export function modelError(thrown: unknown, call: FailedCall): ChatError {
  if (ChatError.is(thrown)) return thrown;
  // A model of `createSluice`, wrapped by middleware or not: what it knew is not guessed again.
  if (APICallError.isInstance(thrown) && ChatError.is(thrown.cause)) return thrown.cause;
  const broken = transportError(thrown, call);
  if (broken) return broken;
  if (APICallError.isInstance(thrown)) return httpError(thrown, call);
  if (!(thrown instanceof Error)) {
    return errorFromObject(typeof thrown === 'string' ? { message: thrown } : thrown, call);
  }
  const known = AISDKError.isInstance(thrown) ? byName[thrown.name] : undefined;
  if (known === undefined && 'statusCode' in thrown) {
    // The gateway's errors, and whoever else follows the custom.
    return errorFromObject({ message: thrown.message, status: thrown.statusCode }, call);
  }
  if (known === 'invalid-response') return unreadable(thrown, call);
  const code = known ?? (isAbort(thrown) ? 'network' : 'server-error');
  const said = bounded(redact(thrown.message, call.secrets), longestMessage);
  return new ChatError(code, `the model of ${call.provider} failed: ${said}`, {
    ...about(call),
    sent: known === undefined ? 'maybe' : 'no',
  });
}

function httpError(error: APICallError, call: FailedCall): ChatError {
  const { statusCode: status, responseBody: body = '', responseHeaders: headers = {} } = error;
  if (status !== undefined && status >= 400) return errorFromStatus({ ...call, status, headers, body });
  if (isPage(body)) return errorFromPage(body, { ...call, ...(status === undefined ? {} : { status }) });
  const told = errorObject(body);
  if (told !== undefined) return errorFromObject(told, { ...call, headers });
  if (status === undefined && error.isRetryable) {
    return new ChatError('network', `the model of ${call.provider} got no answer`, {
      ...about(call),
      sent: 'maybe',
    });
  }
  return unreadable(error, call);
}

/** The error object that came in place of an answer. */
function errorObject(body: string): object | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && 'error' in value ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What such errors say holds what came, and what came may repeat what was sent: their names must do. */
function unreadable(error: Error, call: FailedCall): ChatError {
  if (/ended without/i.test(error.message)) return cutShort(call);
  return new ChatError(
    'invalid-response',
    `the model of ${call.provider} cannot read what came (${error.name}); is it the right package for that server?`,
    { ...about(call), sent: 'yes' },
  );
}

/** The answer ended, and its model saw no end. */
export function cutShort(call: Pick<FailedCall, 'provider' | 'model'>): ChatError {
  return new ChatError(
    'truncated',
    `${call.provider} ended its answer without the end that its protocol has`,
    { ...about(call), sent: 'yes' },
  );
}

/** The failure of a socket, or of the parser behind it, wherever it stands in the chain of causes. */
function transportError(thrown: unknown, call: FailedCall): ChatError | undefined {
  let error = thrown;
  for (let depth = 0; error instanceof Error && depth < deepestCause; depth += 1) {
    // The parser's error holds the bytes that it could not read: it is not kept as a cause.
    if (error.name === 'HTTPParserError') {
      return new ChatError('invalid-response', `what ${call.provider} sent is not HTTP`, {
        ...about(call),
        sent: call.answered ? 'yes' : 'maybe',
      });
    }
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && Object.hasOwn(transport, code)) return socketError(error, code, call);
    error = error instanceof AggregateError ? error.errors[0] : error.cause;
  }
  return undefined;
}

function socketError(error: Error, name: string, call: FailedCall): ChatError {
  const { code, sent } = transport[name] as (typeof transport)[string];
  if (!call.answered) {
    return new ChatError(code, `no answer from ${call.provider} (${name})`, {
      ...about(call),
      sent,
      cause: error,
    });
  }
  const closed = name === 'UND_ERR_SOCKET';
  return new ChatError(closed ? 'truncated' : code, `the answer of ${call.provider} broke off (${name})`, {
    ...about(call),
    sent: 'yes',
    cause: error,
  });
}

function about({ provider, model }: Pick<FailedCall, 'provider' | 'model'>): {
  readonly provider: string;
  readonly model: string;
} {
  return { provider, model };
}

function isAbort(error: Error): boolean {
  return error.name === 'AbortError' || error.name === 'TimeoutError';
}
