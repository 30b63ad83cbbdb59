import { APICallError } from '@ai-sdk/provider';
import { asChatError, type ChatError, errorPolicies } from '@sluice/core';
import { routeMetadata, routeOf, type Served } from './route-metadata.ts';

/** What the AI SDK takes for an abort (`isAbortError` of `@ai-sdk/provider-utils`). */
const abortNames: ReadonlySet<string> = new Set(['AbortError', 'TimeoutError', 'ResponseAborted']);

/**
 * Makes the error that the AI SDK understands: an `APICallError` with the `ChatError` as its cause. It holds no prompt and no
 * credential, hence no request body; `data` tells `code`, `sent`, and the route where there was one.
 */
export function callError(thrown: unknown, served: Served): APICallError {
  const error = asChatError(thrown, { provider: served.provider, model: served.model });
  const { code, status, retryAfterMs, sent, body } = error;
  const provider = error.provider ?? served.provider;
  const route = routeOf(error) ?? served.route;
  return new APICallError({
    message: error.message,
    url: `sluice:${provider}`,
    requestBodyValues: {},
    // A status of success would contradict the failure: some upstreams report one inside a 200.
    ...(status === undefined || status < 400 ? {} : { statusCode: status }),
    ...(retryAfterMs === undefined ? {} : { responseHeaders: { 'retry-after-ms': String(retryAfterMs) } }),
    ...(body === undefined ? {} : { responseBody: body }),
    cause: error,
    isRetryable: route === undefined && isRetryable(error),
    data: { code, sent, ...routeMetadata({ provider, model: error.model ?? served.model, route }) },
  });
}

/** Whether one and the same upstream may be asked once more: what the error table says of the same target. */
function isRetryable({ code, sent }: ChatError): boolean {
  const { retrySame } = errorPolicies[code];
  return retrySame === 'if-not-sent' ? sent === 'no' : retrySame !== 'no';
}

/**
 * What a call fails with: the caller's abort as the AI SDK knows one, everything else as an `APICallError`. Only an error by
 * these names ends its loops and is told as an abort, whatever reason the caller gave.
 */
export function failureOf(thrown: unknown, served: Served, signal: AbortSignal | undefined): unknown {
  const error = asChatError(thrown, { provider: served.provider, model: served.model });
  if (error.code !== 'aborted' || !signal?.aborted) return callError(error, served);
  const reason: unknown = signal.reason;
  if (reason instanceof Error && abortNames.has(reason.name)) return reason;
  return Object.assign(new Error('the call was aborted', { cause: reason }), { name: 'AbortError' });
}
