import { ChatError, type Sent } from './chat-error.ts';
import type { ChatErrorCode } from './error-codes.ts';
import { bounded, redact, type Secrets } from './redact.ts';
import { parseRetryAfter } from './retry-after.ts';

/** How deep an error object is searched for its message: the shapes that are known need 3. */
const deepestObject = 8;

/** How much of an answer is looked at, in UTF-16 units. */
const longestRead = 65_536;

/** The longest part of an upstream's answer that an error keeps, in UTF-16 units. */
const longestBody = 2_048;
const longestMessage = 300;

/** An answer that is not the answer: status, headers with lower-case names, and the beginning of its body. */
export interface UpstreamFailure {
  readonly provider: string;
  readonly model?: string | undefined;
  readonly status: number;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: string;
  readonly secrets?: Secrets;
  /** Milliseconds since 1970, for dates in `Retry-After`. */
  readonly nowMs: number;
  /** What a 404 means here: of the model (a path that is known to exist), or of the path. Default: by what the body says. */
  readonly notFound?: 'model' | 'path';
  /** What to do about it, in place of the common advice: for an upstream that takes no key, for example. */
  readonly hint?: (code: ChatErrorCode) => string | undefined;
}

const byStatus: { readonly [status: number]: ChatErrorCode } = {
  400: 'invalid-request',
  401: 'auth',
  402: 'payment-required',
  403: 'auth',
  408: 'server-error',
  409: 'server-error',
  413: 'context-length',
  422: 'invalid-request',
  429: 'rate-limited',
  503: 'overloaded',
  529: 'overloaded',
};

/** Words of error codes, types and messages that say more than the status. Sources: the error references of OpenAI, vLLM, Ollama, text-generation-inference. */
const byWords: readonly (readonly [words: RegExp, code: ChatErrorCode])[] = [
  [
    /context_length|context length|maximum context|context size|too many tokens|must have less than \d+ tokens|prompt is too long|message too long/i,
    'context-length',
  ],
  [/content_filter|content_policy|content management policy|safety system/i, 'content-filter'],
  [/insufficient_quota|billing|insufficient (?:balance|funds|credits)|payment required/i, 'payment-required'],
  [
    /model_not_found|(?:no such|unknown|invalid) model|model\b.{0,120}\b(?:not found|does not exist|not exist|not available|is not supported)/i,
    'model-not-found',
  ],
  [/rate.?limit|too many (?:requests|messages)/i, 'rate-limited'],
  [/overloaded|(?:at|over) capacity/i, 'overloaded'],
];

/** Pages that ask for a browser or a human: Cloudflare, CloudFront, AWS WAF, hCaptcha and the like. */
const challenge =
  /just a moment|attention required!|cf-chl|cf_chl|challenge-platform|cf-error|cloudfront|captcha|verify you are (?:a )?human|access denied|ddos protection|enable javascript and cookies/i;

/** Makes the `ChatError` of an HTTP answer that is not a success. Reads the usual JSON shapes, HTML pages and plain text. */
export function errorFromStatus(failure: UpstreamFailure): ChatError {
  const { provider, status, headers } = failure;
  const told = describeBody(failure.body, headers['content-type']);
  const code = codeOf(failure, told);
  const said = told.message === undefined ? '' : `: ${told.message}`;
  const hint = failure.hint?.(code) ?? hints[code]?.(failure) ?? '';
  return new ChatError(
    code,
    `${provider} answered ${status}${bounded(redact(said, failure.secrets), longestMessage)}${hint}`,
    {
      provider,
      model: failure.model,
      status,
      retryAfterMs: retryAfterOf(code, headers, failure.nowMs),
      sent: sentOf(status),
      body: failure.body === '' ? undefined : excerptOf(failure.body, failure.secrets),
    },
  );
}

/**
 * Makes the `ChatError` of an error object inside a `200` (as the whole body or as an event of a stream). `value` is the
 * decoded object, or its `error` field; with the `headers` of the response its `Retry-After` counts, too.
 */
export function errorFromObject(
  value: unknown,
  about: Pick<UpstreamFailure, 'provider' | 'model' | 'secrets'> &
    Partial<Pick<UpstreamFailure, 'status' | 'headers' | 'nowMs'>>,
): ChatError {
  const told = describeObject(value);
  const words = `${told.kind ?? ''} ${told.message ?? ''}`;
  const status = told.status ?? about.status;
  const code =
    codeByWords(words) ??
    (status === undefined || status < 400 ? undefined : codeByStatus(status)) ??
    'server-error';
  const said = told.message ?? told.kind ?? 'it gave no reason';
  return new ChatError(
    code,
    `${about.provider} reported an error: ${bounded(redact(said, about.secrets), longestMessage)}`,
    {
      provider: about.provider,
      model: about.model,
      status,
      retryAfterMs: about.headers && retryAfterOf(code, about.headers, about.nowMs ?? Date.now()),
      sent: 'yes',
      body: excerptOf(jsonOf(value), about.secrets),
    },
  );
}

/** Makes the `ChatError` of a page that came instead of the protocol: `blocked` for a challenge, else `invalid-response`. */
export function errorFromPage(
  text: string,
  about: Pick<UpstreamFailure, 'provider' | 'model' | 'secrets'> & { readonly status?: number },
): ChatError {
  const page = text.slice(0, longestRead);
  const code = challenge.test(page) ? 'blocked' : 'invalid-response';
  const title = titleOf(page);
  const named = title ? ` ("${bounded(title, 80)}")` : '';
  const next =
    code === 'blocked'
      ? 'it wants a browser or a human; try later, or from another address'
      : 'check that baseURL is the address of the API';
  return new ChatError(
    code,
    redact(`${about.provider} sent a web page${named} instead of an answer; ${next}`, about.secrets),
    {
      provider: about.provider,
      model: about.model,
      status: about.status,
      sent: 'maybe',
      body: excerptOf(page, about.secrets),
    },
  );
}

/** Whether a text looks like a page of HTML. */
export function isPage(text: string): boolean {
  return /^\s*<(?:!--|(?:!doctype\s+html|html|head|body|title|script|meta)\b)/i.test(text);
}

/**
 * How long to wait. Many upstreams tell on every answer when their rate windows end; that says something about this failure
 * only if it was the rate that was exceeded.
 */
function retryAfterOf(
  code: ChatErrorCode,
  headers: UpstreamFailure['headers'],
  nowMs: number,
): number | undefined {
  if (code === 'rate-limited') return parseRetryAfter(headers, nowMs);
  const { 'retry-after': seconds, 'retry-after-ms': milliseconds } = headers;
  return parseRetryAfter({ 'retry-after': seconds, 'retry-after-ms': milliseconds }, nowMs);
}

/** What an error keeps of an answer. Redacted before it is cut: a cut secret would no longer be known. */
function excerptOf(text: string, secrets: Secrets | undefined): string {
  return bounded(redact(text.slice(0, longestRead), secrets), longestBody);
}

interface Told {
  readonly message?: string;
  /** The upstream's code or type. */
  readonly kind?: string;
  readonly status?: number;
  readonly page?: boolean;
}

const hints: { readonly [Code in ChatErrorCode]?: (failure: UpstreamFailure) => string } = {
  auth: ({ status }) => (status === 401 ? '; check the API key' : '; the key may lack a permission'),
  'invalid-response': ({ status }) =>
    status === 404 || status === 405 ? '; check that baseURL is the address of the API' : '',
  blocked: () => '; it wants a browser or a human',
};

function codeOf(failure: UpstreamFailure, told: Told): ChatErrorCode {
  const { status, headers } = failure;
  if (headers['cf-mitigated'] === 'challenge' || headers['x-amzn-waf-action'] !== undefined) return 'blocked';
  if (told.page && status !== 404 && challenge.test(failure.body)) return 'blocked';
  const words = codeByWords(`${told.kind ?? ''} ${told.message ?? ''}`);
  if (status === 404 || status === 405 || status === 410) {
    if (failure.notFound) return failure.notFound === 'model' ? 'model-not-found' : 'invalid-response';
    return words === 'model-not-found' || status === 410 ? 'model-not-found' : 'invalid-response';
  }
  if (status === 401 || status === 402) return codeByStatus(status);
  // Words may sharpen a 4xx and tell an overload from a crash, but not turn a crash into a wrong request.
  if (words && (status < 500 || words === 'overloaded' || words === 'rate-limited')) return words;
  return codeByStatus(status);
}

function codeByStatus(status: number): ChatErrorCode {
  const known = byStatus[status];
  if (known) return known;
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'invalid-request' : 'invalid-response';
}

function codeByWords(words: string): ChatErrorCode | undefined {
  return byWords.find(([pattern]) => pattern.test(words))?.[1];
}

/** A 4xx refused the work before it began; a 5xx may have done some of it. */
function sentOf(status: number): Sent {
  return status >= 400 && status < 500 ? 'no' : 'maybe';
}

function describeBody(body: string, contentType: string | undefined): Told {
  const text = body.trim();
  if (text === '') return {};
  if (isPage(text) || contentType?.includes('text/html')) {
    const title = titleOf(text);
    return { page: true, message: title ? `a web page, "${bounded(title, 80)}"` : 'a web page' };
  }
  if (text.startsWith('{') || text.startsWith('[') || text.startsWith('"')) {
    try {
      return describeObject(JSON.parse(text));
    } catch {
      // Cut off or broken: the text itself is the best there is.
    }
  }
  return { message: text.slice(0, longestRead).replace(/\s+/g, ' ') };
}

/** Reads `{error:{message,type,code}}`, `{error:"…"}`, `{message}`, `{detail}`, `{errors:[…]}`, `{object:"error",…}` and lists of them. */
function describeObject(value: unknown, depth = 0): Told {
  if (typeof value === 'string') return { message: value.slice(0, longestRead) };
  if (depth > deepestObject) return {};
  if (Array.isArray(value)) return describeObject(value[0], depth + 1);
  if (typeof value !== 'object' || value === null) return {};
  const object = value as { readonly [key: string]: unknown };
  const inner = object.error ?? object.errors ?? object.detail;
  if (typeof inner === 'object' && inner !== null) {
    const told = describeObject(inner, depth + 1);
    return { ...about(object), ...told };
  }
  const message = [object.message, inner, object.msg, object.error_message, object.title].find(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  return { ...about(object), ...(message === undefined ? {} : { message: message.slice(0, longestRead) }) };
}

function about(object: { readonly [key: string]: unknown }): Told {
  const kind = [object.code, object.type, object.error_type, object.status].find(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const status = [object.status, object.statusCode, object.code].find(
    (number): number is number => typeof number === 'number' && number >= 400 && number < 600,
  );
  return {
    ...(kind === undefined ? {} : { kind: kind.slice(0, longestRead) }),
    ...(status === undefined ? {} : { status }),
  };
}

/** JSON of a decoded value. Parsing takes any depth, writing does not. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

function titleOf(page: string): string | undefined {
  return /<title[^>]{0,200}>([^<]{1,200})/i.exec(page)?.[1]?.trim().replace(/\s+/g, ' ');
}
