import { bounded, ChatError, type ChatErrorCode, errorFromObject, redact, type Secrets } from '@sluice/core';
import { isObject } from './json-value.ts';

/** The longest excerpt of an answer that an error keeps, in UTF-16 units. */
const longestExcerpt = 500;

/** Whose answer it is, for errors. */
export interface AnswerOrigin {
  readonly provider: string;
  readonly model: string;
  readonly secrets: Secrets;
  /** The headers of the response, for a `Retry-After` beside an error. */
  readonly headers?: { readonly [name: string]: string | undefined };
}

/**
 * Whether a decoded message of a `200` is an error: `{error: …}` (OpenAI, llama.cpp, Ollama), `{object: "error", …}` (vLLM),
 * or an object without choices that has an error's usual words (proxies, FastAPI).
 */
export function isErrorMessage(value: unknown): boolean {
  // Some gateways send a list of one (Google).
  if (Array.isArray(value)) return !Array.isArray(value[0]) && isErrorMessage(value[0]);
  if (!isObject(value)) return false;
  if (value.error || value.object === 'error' || value.type === 'error') return true;
  if (Array.isArray(value.choices)) return false;
  return [value.message, value.detail, value.error_message, value.msg].some(
    (text) => typeof text === 'string' && text !== '',
  );
}

/** The `ChatError` of an error message inside a `200`. */
export function errorFromMessage(value: unknown, origin: AnswerOrigin): ChatError {
  return errorFromObject(value, origin);
}

/** The `ChatError` of something that is not the protocol. It keeps a bounded, redacted excerpt of its text or JSON. */
export function notTheProtocol(
  what: string,
  excerpt: unknown,
  origin: AnswerOrigin,
  code: ChatErrorCode = 'invalid-response',
): ChatError {
  return new ChatError(code, `${origin.provider} ${what}`, {
    provider: origin.provider,
    model: origin.model,
    sent: 'yes',
    body: bounded(redact(textOf(excerpt).slice(0, 4 * longestExcerpt), origin.secrets), longestExcerpt),
  });
}

/** JSON of a decoded value: what could be read may still be nested too deep to be written. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
