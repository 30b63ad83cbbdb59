import { type ChatErrorCode, errorPolicies } from './error-codes.ts';
import type { ToolCall } from './request.ts';

const brand: unique symbol = Symbol.for('sluice.ChatError') as never;

/** May the upstream have done the work? `no`: nothing reached it or it refused; `maybe`: sent and not answered; `yes`: it answered at least in part. */
export type Sent = 'no' | 'maybe' | 'yes';

/** What arrived of an answer before it failed. Texts are bounded: `complete` tells whether anything was left out. */
export interface PartialAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly complete: boolean;
}

/** The details of a `ChatError`; all but the code and the message are optional. */
export interface ChatErrorDetails {
  /** Id of the provider in which it happened. */
  provider?: string | undefined;
  model?: string | undefined;
  /** The upstream's HTTP status. */
  status?: number | undefined;
  /** How long the upstream asked to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** Default `no`. */
  sent?: Sent | undefined;
  partial?: PartialAnswer | undefined;
  /** A part of the upstream's answer, redacted and bounded. */
  body?: string | undefined;
  cause?: unknown;
}

/**
 * The one error class of Sluice. Check it with `ChatError.is`, which also recognises errors from another copy of this
 * package, and decide by `code`.
 *
 * @example
 * try {
 *   await provider.stream(request);
 * } catch (error) {
 *   if (ChatError.is(error) && error.code === 'rate-limited') wait(error.retryAfterMs ?? 5_000);
 *   else throw error;
 * }
 */
export class ChatError extends Error {
  override readonly name: string = 'ChatError';
  readonly code: ChatErrorCode;
  // `declare`: a field that was not given is not there at all, rather than there and undefined wherever errors are printed.
  declare provider?: string;
  declare model?: string;
  declare readonly status?: number;
  declare readonly retryAfterMs?: number;
  sent: Sent;
  /** Not shown where an error is printed: an answer belongs to whoever asked, not to a log. */
  declare partial?: PartialAnswer;
  declare readonly body?: string;

  constructor(code: ChatErrorCode, message: string, details: ChatErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.sent = details.sent ?? 'no';
    if (details.provider !== undefined) this.provider = details.provider;
    if (details.model !== undefined) this.model = details.model;
    if (details.status !== undefined) this.status = details.status;
    if (details.retryAfterMs !== undefined) this.retryAfterMs = details.retryAfterMs;
    if (details.partial !== undefined) setPartial(this, details.partial);
    if (details.body !== undefined) this.body = details.body;
  }

  /** Whether a value is a `ChatError`, of this copy of the package or of another. */
  static is(value: unknown): value is ChatError {
    return typeof value === 'object' && value !== null && brand in value;
  }

  /** For logs: everything but the partial answer, the cause's own fields and the stack. Holds no credential and no prompt. */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      ...(this.provider === undefined ? {} : { provider: this.provider }),
      ...(this.model === undefined ? {} : { model: this.model }),
      ...(this.status === undefined ? {} : { status: this.status }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      sent: this.sent,
      ...(this.body === undefined ? {} : { body: this.body }),
    };
  }
}

/** Gives an error what arrived before it. Loggers and `console` print fields that can be enumerated; this one cannot. */
export function setPartial(error: ChatError, partial: PartialAnswer): void {
  Object.defineProperty(error, 'partial', { value: partial, writable: true, configurable: true });
}

/**
 * Makes a `ChatError` of whatever was thrown: one stays itself (and learns its provider and model, where it lacks them);
 * anything else is our own mistake and becomes `internal`, with the original as `cause` and not in the message, which
 * could hold text of the call. An error of a newer copy of this package, with a code that this one has no row for, becomes
 * `server-error`: it is the failure of one target, and the next one may answer.
 */
export function asChatError(thrown: unknown, details: ChatErrorDetails = {}): ChatError {
  if (ChatError.is(thrown)) {
    if (!Object.hasOwn(errorPolicies, thrown.code)) return unknownFailure(thrown, details);
    if (thrown.provider === undefined && details.provider !== undefined) thrown.provider = details.provider;
    if (thrown.model === undefined && details.model !== undefined) thrown.model = details.model;
    return thrown;
  }
  const what = thrown instanceof Error ? thrown.name : typeof thrown;
  const where = details.provider ?? 'the library';
  return new ChatError('internal', `unexpected ${what} in ${where}; see the error's cause`, {
    ...details,
    cause: thrown,
  });
}

function unknownFailure(thrown: ChatError, details: ChatErrorDetails): ChatError {
  const { code, message, provider, model, status, retryAfterMs, sent, partial, body } = thrown;
  return new ChatError(
    'server-error',
    `${message} (code ${JSON.stringify(code)}, which this version of @sluice/core does not know)`,
    {
      provider: provider ?? details.provider,
      model: model ?? details.model,
      status,
      retryAfterMs,
      sent,
      partial,
      body,
      cause: thrown,
    },
  );
}
