import { ChatError, type ChatErrorCode, errorFromStatus, isPage, type Secrets } from '@sluice/core';
import type { HttpResponse } from '@sluice/core/http';
import { isRecord, textField, tryJson } from './json-value.ts';

/** The steps of a call. */
export type Step = 'settings' | 'create' | 'conversation' | 'message' | 'models';

/** Who asked, for errors. */
export interface About {
  readonly provider: string;
  readonly model: string | undefined;
  readonly secrets: Secrets;
}

/** An answer of chat-ui that is not a success. */
export interface Refusal {
  readonly status: number;
  /** The terms ("welcome modal") have to be accepted first. */
  readonly wantsSettings: boolean;
  /**
   * chat-ui's own failure without a reason: how it answers a body of the wrong era and, in some, an unknown model. A failure
   * of the model server has its reason with it, and is not meant.
   */
  readonly unexplained: boolean;
  readonly error: ChatError;
}

/** The longest part of a refusal that is read, in bytes. */
const mostBytes = 64 * 1024;

const signIn = 'sign in with a browser and pass the value of its session cookie as option cookie';

/** chat-ui knows no keys, and is no API: what is said otherwise would mislead. */
const commonAdvice: { readonly [Code in ChatErrorCode]?: string } = {
  auth: signIn,
  'invalid-response': 'check that baseURL is the address of a chat-ui server',
};

/** What chat-ui means by an answer that the common reading of status and body would take for something else. */
interface Rule {
  readonly status: number;
  readonly says?: RegExp;
  readonly steps?: readonly Step[];
  readonly code: ChatErrorCode;
  readonly advice: string;
}

const rules: readonly Rule[] = [
  {
    status: 403,
    says: /\b(?:origin|referer)\b/i,
    code: 'auth',
    advice:
      'the server is known to the world by another origin: pass that one as the headers Origin and Referer',
  },
  {
    status: 404,
    says: /conversation not found/i,
    steps: ['message'],
    code: 'server-error',
    advice:
      'it does not find the conversation that it has just made: does something on the way drop the session cookie, or has it another name (option cookieName)?',
  },
  {
    status: 405,
    says: /welcome modal/i,
    code: 'auth',
    advice:
      'its terms were accepted, but it has forgotten that: does something on the way drop the session cookie, or has it another name (option cookieName)?',
  },
  // text-generation-inference: the model failed, not the request.
  { status: 424, code: 'server-error', advice: 'the model failed' },
  {
    status: 429,
    says: /before login/i,
    code: 'auth',
    advice: signIn,
  },
];

/** Reads a refusal: chat-ui's `{"message"}`, its hook's `{"error"}` or plain text, the model server's `{"error","error_type"}`, or a page. */
export async function readRefusal(
  step: Step,
  response: HttpResponse,
  about: About,
  nowMs: number,
): Promise<Refusal> {
  const { status, headers } = response;
  const body = await response.body.beginning(mostBytes);
  const json = tryJson(body);
  const own = isRecord(json) && json.error === undefined ? textField(json, 'message') : undefined;
  const rule = rules.find(
    (each) =>
      each.status === status &&
      (each.says?.test(body) ?? true) &&
      (each.steps?.includes(step) ?? true) &&
      !isPage(body),
  );
  const common = errorFromStatus({
    ...about,
    status,
    headers,
    body,
    nowMs,
    hint: (code) => {
      const advice = rule?.advice ?? commonAdvice[code];
      return advice === undefined ? undefined : `; ${advice}`;
    },
  });
  return {
    status,
    wantsSettings: status === 405 && /welcome modal/i.test(body) && !isPage(body),
    unexplained:
      (status === 500 && (own !== undefined || actionFailed(json))) ||
      (status === 400 && own === 'Invalid request'),
    error: rule ? reworded(common, rule.code, common.message) : common,
  };
}

/** The same failure under another name, or with more to say. */
export function reworded(error: ChatError, code: ChatErrorCode, message: string): ChatError {
  return new ChatError(code, message, {
    provider: error.provider,
    model: error.model,
    status: error.status,
    retryAfterMs: error.retryAfterMs,
    sent: error.sent,
    body: error.body,
  });
}

/** A form action of SvelteKit that failed. */
function actionFailed(json: unknown): boolean {
  return isRecord(json) && json.type === 'error' && isRecord(json.error);
}
