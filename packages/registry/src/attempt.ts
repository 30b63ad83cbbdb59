import {
  asChatError,
  attachRoute,
  type CallOptions,
  ChatError,
  type ChatEvent,
  type ChatRequest,
  type ChatStream,
  type RouteDecision,
  type StreamOutcome,
} from '@sluice/core';
import type { CallLife } from './call-life.ts';
import type { Lease } from './lease.ts';
import { StreamEnd, type StreamEndInputs } from './stream-end.ts';
import type { Timers } from './timers.ts';

/** What an attempt is made with. */
export interface AttemptInputs {
  readonly timers: Timers;
  readonly life: CallLife;
  readonly lease: Lease;
  readonly request: ChatRequest;
  readonly options: CallOptions;
  /** The longest wait for the first token, in milliseconds; `Infinity` leaves it to the provider. */
  readonly shareMs: number;
  /** The decision that the stream is to carry. */
  readonly route: RouteDecision;
  /** Delivered before the answer. */
  readonly first: readonly ChatEvent[];
  /** Whether another attempt may make it useless. */
  readonly mayLose: boolean;
  /** Told once how the answer ended. */
  readonly end: StreamEndInputs;
}

/** How an attempt went until its answer began. */
export interface Settled {
  readonly attempt: Attempt;
  readonly durationMs: number;
  /** One of the two. */
  readonly stream?: ChatStream;
  readonly error?: ChatError;
}

/** One try of one target. Whatever happens to it, its lease is given back once, and its socket is closed if its answer is not wanted. */
export class Attempt {
  readonly lease: Lease;
  readonly startedAt: number;
  /** Never rejects. */
  readonly settled: Promise<Settled>;
  readonly #inputs: AttemptInputs;
  /** Nothing where the caller's own signal says all: a signal with its listener costs as much as the rest of an attempt. */
  readonly #controller: AbortController | undefined;
  readonly #end: StreamEnd;
  #settle: ((settled: Settled) => void) | undefined;
  #forget: (() => void) | undefined;
  #guard: unknown;

  constructor(inputs: AttemptInputs) {
    const { timers, life, lease, shareMs, mayLose, end } = inputs;
    this.#inputs = inputs;
    this.lease = lease;
    this.startedAt = timers.now();
    this.#controller = life.endsBySignalAlone && !mayLose ? undefined : new AbortController();
    this.#end = new StreamEnd(end, this.startedAt);
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    if (!life.isUndisturbed) this.#forget = life.onEnd((error) => this.#cut(error));
    if (!this.#settle) return;
    if (shareMs !== Number.POSITIVE_INFINITY) {
      this.#guard = timers.setTimeout(
        () => this.#cut(silent(lease, shareMs)),
        Math.max(1, Math.ceil(shareMs)),
      );
    }
    void this.#run();
  }

  /** Its answer is not wanted any more, for another attempt was quicker. Nobody is blamed. */
  lose(): void {
    this.lease.loseHedge(this.#inputs.timers.now());
    this.#drop();
  }

  /** The call has ended for another reason. */
  abandon(): void {
    this.lease.abandon(this.#inputs.timers.now());
    this.#drop();
  }

  async #run(): Promise<void> {
    const { lease, request, route, first, life, timers } = this.#inputs;
    const controller = this.#controller;
    const options = controller
      ? { ...this.#inputs.options, signal: controller.signal }
      : this.#inputs.options;
    try {
      const opened = await lease.provider.stream(request, options);
      if (!this.#settle) return void opened.cancel().catch(() => {});
      const reader: Reader | undefined = life.isUndisturbed ? undefined : { stream: undefined };
      const observe = observing(this.#end);
      if (reader) this.#end.forget = untilEnd(life, controller, reader);
      const stream = await attachRoute(opened, route, observe, first, options.signal);
      if (reader) reader.stream = new WeakRef(stream);
      if (!this.#settle) return void stream.cancel().catch(() => {});
      const now = timers.now();
      lease.commit(now);
      this.#done({ attempt: this, durationMs: now - this.startedAt, stream });
    } catch (thrown) {
      const error = asChatError(thrown, { provider: lease.target.provider, model: lease.target.model });
      this.#failed(isOwnLimit(error, life, timers) ? tooSlow(error) : error);
    }
  }

  /** Ends it from our side: its socket is closed, whatever the provider makes of that. */
  #cut(error: ChatError): void {
    const { lease, timers } = this.#inputs;
    if (error.code === 'aborted') lease.abandon(timers.now());
    // Whose fault the end of the time was is not known; that this target kept silent so long is.
    else if (error.code === 'deadline-exceeded') lease.loseHedge(timers.now());
    this.#end.isWanted = false;
    this.#failed(error);
    this.#controller?.abort(reasonOf(error));
  }

  #drop(): void {
    this.#end.isWanted = false;
    this.#controller?.abort(new ChatError('aborted', 'the answer is not wanted any more'));
    this.#failed(new ChatError('aborted', 'the answer is not wanted any more'));
    void this.settled.then(({ stream }) => stream?.cancel()).catch(() => {});
  }

  #failed(error: ChatError): void {
    this.#done({ attempt: this, durationMs: this.#inputs.timers.now() - this.startedAt, error });
  }

  #done(settled: Settled): void {
    const settle = this.#settle;
    if (!settle) return;
    this.#settle = undefined;
    this.#forget?.();
    if (this.#guard !== undefined) this.#inputs.timers.clearTimeout(this.#guard);
    settle(settled);
  }
}

/** The answer that is read, weakly: one that is dropped must be seen to be. */
interface Reader {
  stream: WeakRef<ChatStream> | undefined;
}

/**
 * While an answer is read, the end of its call goes on to its reader, whatever the provider makes of it, and to the provider.
 * Apart, so that it holds neither the attempt nor the stream.
 */
function untilEnd(life: CallLife, controller: AbortController | undefined, reader: Reader): () => void {
  return life.onEnd((error) => {
    void reader.stream?.deref()?.cancel(error);
    controller?.abort(reasonOf(error));
  });
}

/** The caller's own reason goes on as it is. */
function reasonOf(error: ChatError): unknown {
  return error.code === 'aborted' ? error.cause : error;
}

/** Apart, so that it holds no attempt. */
function observing(end: StreamEnd): (outcome: StreamOutcome) => void {
  return (outcome) => end.tell(outcome);
}

/** How far from the call's deadline one that a provider reports is another, in milliseconds. */
const farFromDeadlineMs = 50;

/** A provider may have a limit of its own for the whole answer. That it is over is no end of the call's time. */
function isOwnLimit({ code }: ChatError, life: CallLife, timers: Timers): boolean {
  return code === 'deadline-exceeded' && !life.error && life.leftMs(timers.now()) > farFromDeadlineMs;
}

function tooSlow(error: ChatError): ChatError {
  const { provider, model, sent, message } = error;
  return new ChatError('first-token-timeout', message, { provider, model, sent, cause: error });
}

function silent({ target }: Lease, shareMs: number): ChatError {
  return new ChatError(
    'first-token-timeout',
    `no answer began within ${Math.round(shareMs)} ms, its share of the deadline`,
    { provider: target.provider, model: target.model, sent: 'maybe' },
  );
}
