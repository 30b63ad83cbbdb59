import type { Failure, FailureCode } from '../chat/failure.ts';

/** OpenAI's words for a failure: the family and the exact code. */
interface Words {
  readonly type: string;
  readonly code: string;
}

const invalid = (code: string): Words => ({ type: 'invalid_request_error', code });
const server = (code: string): Words => ({ type: 'server_error', code });
const limit = (code: string): Words => ({ type: 'rate_limit_error', code });

/** One row for each failure. Where OpenAI's API has a code for it, it is that one, since clients compare with it. */
const words: { readonly [Code in FailureCode]: Words } = {
  aborted: server('request_cancelled'),
  'deadline-exceeded': server('deadline_exceeded'),
  'invalid-request': invalid('invalid_request'),
  unsupported: invalid('unsupported_value'),
  'context-length': invalid('context_length_exceeded'),
  'content-filter': invalid('content_filter'),
  auth: server('upstream_auth_failed'),
  'payment-required': server('upstream_payment_required'),
  'model-not-found': invalid('model_not_found'),
  'rate-limited': limit('rate_limit_exceeded'),
  overloaded: server('upstream_overloaded'),
  'server-error': server('upstream_error'),
  'connect-timeout': server('upstream_connect_timeout'),
  'first-token-timeout': server('upstream_first_token_timeout'),
  'idle-timeout': server('upstream_idle_timeout'),
  network: server('upstream_unreachable'),
  'invalid-response': server('upstream_invalid_response'),
  blocked: server('upstream_blocked'),
  truncated: server('upstream_truncated'),
  'empty-response': server('upstream_empty_response'),
  saturated: server('saturated'),
  'no-target': server('no_target'),
  internal: server('internal_error'),
  'bad-parameter': invalid('invalid_value'),
  'unsupported-parameter': invalid('unsupported_parameter'),
  'broken-json': invalid('invalid_json'),
  'bad-request': invalid('invalid_request'),
  'no-key': invalid('invalid_api_key'),
  'wrong-key': invalid('invalid_api_key'),
  'not-allowed': invalid('insufficient_permissions'),
  'wrong-host': invalid('wrong_host'),
  'no-such-model': invalid('model_not_found'),
  'unknown-path': invalid('unknown_url'),
  'unknown-method': invalid('method_not_supported'),
  'slow-request': invalid('request_timeout'),
  'body-too-large': invalid('request_too_large'),
  'wrong-content-type': invalid('unsupported_content_type'),
  'unknown-expectation': invalid('invalid_request'),
  'too-many-requests': limit('rate_limit_exceeded'),
  'too-many-at-once': limit('concurrency_limit_exceeded'),
  'headers-too-large': invalid('headers_too_large'),
  busy: server('server_overloaded'),
  'shutting-down': server('shutting_down'),
};

/** OpenAI's error object, as its API reference has it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** Writes a failure in OpenAI's shape. */
export function errorBody({ code, message, param }: Failure): ErrorBody {
  return { error: { message, type: words[code].type, param: param ?? null, code: words[code].code } };
}
