import {
  type CallScope,
  ChatError,
  type ChatErrorCode,
  type ChatEvent,
  type ChatEventSource,
  type ChatRequest,
  type Sent,
  type Timeouts,
} from '@sluice/core';
import type { TimedEvent } from './event-heap.ts';
import type { SimulatedUpstream } from './simulated-upstream.ts';

/** How a call fails. */
export interface CallFailure {
  readonly code: ChatErrorCode;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly sent?: Sent;
}

const answer: ChatEvent = { type: 'text-delta', text: 'An answer.' };

/**
 * One call at a simulated upstream. It has one event ahead at most, and stands for a stream of any length: its first text comes
 * when the answer begins, its end when it ends. What lies between is not played.
 */
export class SimulatedCall implements ChatEventSource {
  /** Resolves when the answer begins. */
  readonly opened: Promise<ChatEventSource>;
  /** Whether it takes up capacity. */
  hasSlot = false;
  /** When the caller's limits are over. */
  readonly connectedBy: number;
  readonly firstTokenBy: number;
  readonly endBy: number;
  readonly maxTokens: number;
  readonly #upstream: SimulatedUpstream;
  readonly #startedAt: number;
  readonly #idleMs: number;
  readonly #inputTokens: number;
  readonly #isProbe: boolean;
  #phase: 'silent' | 'answering' | 'over' = 'silent';
  #ahead: TimedEvent | undefined;
  #hasSpoken = false;
  #end: ChatEvent | ChatError | undefined;
  /** Whoever waits for the next step: first for the answer to begin, then for its end. */
  #resolve: (() => void) | undefined;
  #reject: ((error: ChatError) => void) | undefined;

  constructor(
    upstream: SimulatedUpstream,
    request: ChatRequest,
    limits: Required<Timeouts>,
    scope: CallScope,
  ) {
    const nowMs = upstream.clock.now();
    this.#upstream = upstream;
    this.#startedAt = nowMs;
    this.endBy = nowMs + limits.total;
    this.connectedBy = Math.min(this.endBy, nowMs + limits.connect);
    this.firstTokenBy = Math.min(this.endBy, nowMs + limits.firstToken);
    this.#idleMs = limits.idle;
    this.maxTokens = request.maxOutputTokens ?? Number.POSITIVE_INFINITY;
    const { content = '' } = request.messages[0] ?? {};
    this.#inputTokens = Math.ceil(content.length / 4);
    this.#isProbe = upstream.record.called(nowMs);
    this.opened = new Promise((resolve, reject) => {
      this.#resolve = () => resolve(this);
      this.#reject = reject;
    });
    scope.onCancel(() => this.#leave('left'));
  }

  /** What a caller gets who has waited too long for the first token. */
  get tooLate(): CallFailure {
    return {
      code: this.firstTokenBy === this.endBy ? 'deadline-exceeded' : 'first-token-timeout',
      sent: 'maybe',
    };
  }

  answerAt(atMs: number): void {
    this.#plan(atMs, () => {
      const { clock, record } = this.#upstream;
      this.#phase = 'answering';
      record.answered(clock.now() - this.#startedAt);
      this.#resolve?.();
      this.#resolve = undefined;
      this.#reject = undefined;
      this.#upstream.stream(this);
    });
  }

  finishAt(atMs: number, outputTokens: number): void {
    this.#plan(atMs, () => {
      const usage = { inputTokens: this.#inputTokens, outputTokens };
      this.#leave('finished');
      this.#conclude({ type: 'finish', reason: 'stop', usage });
    });
  }

  failAt(atMs: number, failure: CallFailure): void {
    // A limit that is switched off is waited for until the caller leaves.
    if (atMs !== Number.POSITIVE_INFINITY) this.#plan(atMs, () => this.#fail(failure));
  }

  /** It goes on without a word: from then on the caller's patience counts. */
  fallSilentAt(atMs: number): void {
    if (this.#phase === 'silent') this.failAt(this.firstTokenBy, this.tooLate);
    else if (atMs + this.#idleMs < this.endBy) this.failAt(atMs + this.#idleMs, { code: 'idle-timeout' });
    else this.failAt(this.endBy, { code: 'deadline-exceeded' });
  }

  /** What was planned for it does not come about. */
  calledOff(): void {
    this.#upstream.clock.clearTimeout(this.#ahead);
    this.#ahead = undefined;
  }

  pull(into: ChatEvent[]): boolean | Promise<boolean> {
    if (!this.#hasSpoken) {
      this.#hasSpoken = true;
      into.push(answer);
      return true;
    }
    if (this.#end instanceof ChatError) throw this.#end;
    if (this.#end) {
      into.push(this.#end);
      return true;
    }
    return new Promise((resolve, reject) => {
      this.#resolve = () => {
        into.push(this.#end as ChatEvent);
        resolve(true);
      };
      this.#reject = reject;
    });
  }

  close(): void {
    this.#leave('left');
  }

  #plan(atMs: number, run: () => void): void {
    this.#ahead = this.#upstream.clock.at(run, atMs);
  }

  #fail({ code, status, retryAfterMs, sent = 'yes' }: CallFailure): void {
    const { record, clock, target } = this.#upstream;
    record.failed(code, retryAfterMs, clock.now());
    this.#leave('failed');
    this.#conclude(
      new ChatError(code, `${target.id} was made to fail with ${code}`, {
        sent,
        provider: target.id,
        ...(status === undefined ? {} : { status }),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      }),
    );
  }

  #conclude(end: ChatEvent | ChatError): void {
    this.#end = end;
    if (end instanceof ChatError) this.#reject?.(end);
    else this.#resolve?.();
  }

  #leave(how: 'finished' | 'failed' | 'left'): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.calledOff();
    this.#upstream.record.ended(how, this.#isProbe);
    this.#upstream.leave(this);
  }
}
