import {
  asChatError,
  attachRoute,
  bounded,
  type CallOptions,
  CallScope,
  type ChatError,
  type ChatRequest,
  type ChatStream,
  errorPolicies,
  promptTexts,
  type RouteAttempt,
  type RouteDecision,
  redact,
  type Timeouts,
} from '@sluice/core';
import { AllTargetsFailedError } from './all-targets-failed-error.ts';
import { limitsOf, remaining } from './limits.ts';
import type { Plan } from './plan.ts';
import type { Target } from './target.ts';

/** The longest account of a failure in a decision, in UTF-16 units. */
const longestMessage = 400;

/** How a registry makes its attempts. */
export interface AttemptPolicy {
  readonly maxAttempts: number;
  /** The limits that hold where a call says nothing. */
  readonly timeouts: Timeouts;
  /** Whether a refusal by one target's content filter sends the request to the next one. */
  readonly failOverContentFilter: boolean;
  /** A monotonic clock in milliseconds. */
  readonly clock: () => number;
}

/**
 * Tries the targets of a plan in order, each once, until one answer begins. After that nothing is tried again: the stream
 * belongs to its target, with what is left of the deadline.
 *
 * Throws `AllTargetsFailedError`, or `aborted` as soon as the caller aborts: that is nobody's failure.
 */
export async function attemptInOrder(
  plan: Plan,
  request: ChatRequest,
  options: CallOptions,
  policy: AttemptPolicy,
): Promise<ChatStream> {
  const limits = limitsOf(options, policy.timeouts);
  // The providers keep the limits of each attempt; this scope ends the call on time whatever they do.
  const scope = new CallScope(
    {
      timeout: { total: limits.total ?? 0, connect: 0, firstToken: 0, idle: 0 },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    {},
    policy.clock,
  );
  const startedAt = policy.clock();
  const attempts: RouteAttempt[] = [];
  const errors: ChatError[] = [];
  let stopped: string | undefined;
  try {
    scope.throwIfCancelled();
    for (const target of plan.targets) {
      if (attempts.length === policy.maxAttempts) {
        stopped = `maxAttempts is ${policy.maxAttempts}`;
        break;
      }
      const attemptAt = policy.clock();
      try {
        const call = { ...options, timeout: remaining(limits, attemptAt - startedAt) };
        const stream = await within(scope, target.member.provider.stream(requestFor(target, request), call));
        const served = attemptOf(target, 'served', policy.clock() - attemptAt);
        const route = decisionWith(plan, [...attempts, served], target.id);
        return await within(
          scope,
          attachRoute(stream, route, () => {}),
        );
      } catch (thrown) {
        const error = scope.error ?? asChatError(thrown, { provider: target.member.id, model: target.model });
        if (error.code === 'aborted') throw error;
        errors.push(error);
        attempts.push(failedAttempt(target, error, policy.clock() - attemptAt, request));
        if (goesOn(error, policy)) continue;
        stopped = `${error.code} ends the call`;
        break;
      }
    }
  } finally {
    scope.close();
  }
  throw new AllTargetsFailedError({
    errors: errors as [ChatError, ...ChatError[]],
    route: decisionWith(plan, attempts),
    stopped,
  });
}

/** The request as the target is to see it: with its own name of the model, not with a route's or a registry's. */
function requestFor(target: Target, request: ChatRequest): ChatRequest {
  const { model: _requested, ...rest } = request;
  return target.model === undefined ? rest : { ...rest, model: target.model };
}

function goesOn(error: ChatError, policy: AttemptPolicy): boolean {
  const { tryNext } = errorPolicies[error.code];
  return tryNext === 'yes' || (tryNext === 'if-asked' && policy.failOverContentFilter);
}

/** Waits for a stream, but not longer than the call lasts; one that comes too late is cancelled unseen. */
function within(scope: CallScope, opening: Promise<ChatStream>): Promise<ChatStream> {
  return new Promise<ChatStream>((resolve, reject) => {
    const forget = scope.onCancel((error) => {
      reject(error);
      opening.then((late) => late.cancel()).catch(() => {});
    });
    opening.then(
      (stream) => {
        forget();
        resolve(stream);
      },
      (error: unknown) => {
        forget();
        reject(error);
      },
    );
  });
}

function attemptOf(target: Target, outcome: RouteAttempt['outcome'], durationMs: number): RouteAttempt {
  return { target: target.id, outcome, durationMs: Math.max(0, Math.round(durationMs * 10) / 10) };
}

/** Whatever a provider puts into its errors, a decision repeats neither credentials nor the prompt. */
function failedAttempt(
  target: Target,
  error: ChatError,
  durationMs: number,
  request: ChatRequest,
): RouteAttempt {
  const safe = redact(error.message, { prompts: promptTexts(request.messages) });
  return {
    ...attemptOf(target, error.code, durationMs),
    message: bounded(safe.replace(/\s+/g, ' ').trim(), longestMessage),
    ...(error.status === undefined ? {} : { status: error.status }),
  };
}

function decisionWith(plan: Plan, attempts: readonly RouteAttempt[], target?: string): RouteDecision {
  return { ...plan.decision, attempts, ...(target === undefined ? {} : { target }) };
}
