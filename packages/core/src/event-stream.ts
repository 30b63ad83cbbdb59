import type { CallScope } from './call-scope.ts';
import { asChatError, ChatError, setPartial } from './chat-error.ts';
import { type ChatResult, collectFrom } from './chat-result.ts';
import type { ChatEventSource, ChatStream, StreamOutcome } from './chat-stream.ts';
import { type ChatEvent, isVisible } from './events.ts';
import { PartialCollector } from './partial-collector.ts';
import type { RouteDecision } from './route-decision.ts';

/** How long an end waits for the clean-up of its source, in milliseconds: one that never ends must not hold a reader for ever. */
const longestCleanUpMs = 30_000;

/** How many events may come before the first that a user would see: nobody can read them yet, so they have to be kept. */
const mostSilentEvents = 65_536;

const done: IteratorResult<ChatEvent, undefined> = { done: true, value: undefined };

/** What outlives a dropped stream. Nothing in it may refer to the stream, or it would never be dropped. */
interface Held {
  readonly scope: CallScope;
  readonly source: ChatEventSource;
  readonly observers: ((outcome: StreamOutcome) => void)[];
}

/** A stream that nobody holds any more is cancelled, so that its socket does not stay open for ever. */
const dropped = new FinalizationRegistry<Held>(({ scope, source, observers }) => {
  scope.cancel(new ChatError('aborted', 'the stream was dropped without being read to its end'));
  void closeQuietly(source, 'cancelled');
  for (const observer of observers.splice(0)) tell(observer, { type: 'cancelled' });
});

/** A stream over a source of events. It keeps the rules that every provider must keep, so that none has to. */
export class EventStream implements ChatStream, AsyncIterator<ChatEvent, undefined> {
  readonly provider: string;
  readonly model?: string;
  route?: RouteDecision;
  readonly #scope: CallScope;
  #source: ChatEventSource | undefined;
  readonly #queue: ChatEvent[];
  #head = 0;
  #state: 'open' | 'ended' = 'open';
  #failure: ChatError | undefined;
  #deferred: unknown;
  #cleanup: Promise<void> | undefined;
  #interrupt: ((error: ChatError) => void) | undefined;
  #lastTurn: Promise<IteratorResult<ChatEvent, undefined>> | undefined;
  #turns = 0;
  readonly #observers: ((outcome: StreamOutcome) => void)[] = [];
  #outcome: StreamOutcome | undefined;
  #result: Promise<ChatResult> | undefined;
  #read = false;
  readonly #received: PartialCollector = new PartialCollector();
  /** The first half of a surrogate pair whose second half has not come yet. */
  #half = '';

  private constructor(
    about: { provider: string; model?: string | undefined },
    scope: CallScope,
    first: readonly ChatEvent[],
  ) {
    this.provider = about.provider;
    if (about.model !== undefined) this.model = about.model;
    this.#scope = scope;
    this.#queue = [...first];
    const self = new WeakRef(this);
    scope.onCancel((error) => {
      const stream = self.deref();
      if (stream) stream.#fail(error);
    });
  }

  /** See `openChatStream`. */
  static async open(
    about: { provider: string; model?: string | undefined },
    scope: CallScope,
    first: readonly ChatEvent[],
    open: () => ChatEventSource | Promise<ChatEventSource>,
  ): Promise<EventStream> {
    if (scope.error) throw asChatError(scope.error, about);
    const stream = new EventStream(about, scope, first);
    try {
      stream.#source = await stream.#opened(open);
      await stream.#commit();
    } catch (thrown) {
      throw stream.#fail(thrown);
    }
    scope.committed();
    dropped.register(stream, { scope, source: stream.#source, observers: stream.#observers }, scope);
    return stream;
  }

  [Symbol.asyncIterator](): AsyncIterator<ChatEvent, undefined> {
    return this;
  }

  next(): Promise<IteratorResult<ChatEvent, undefined>> {
    if (this.#result) return Promise.reject(alreadyRead('the stream is read by its result()'));
    return this.#next();
  }

  #next(): Promise<IteratorResult<ChatEvent, undefined>> {
    this.#read = true;
    if (!this.#lastTurn) {
      const event = this.#take();
      if (event !== undefined) return Promise.resolve({ done: false, value: event });
    }
    this.#lastTurn = this.#wait(this.#lastTurn);
    return this.#lastTurn;
  }

  /** Leaving the loop: closes the socket without a word, and waits for the clean-up. */
  async return(): Promise<IteratorResult<ChatEvent, undefined>> {
    if (this.#state === 'open') {
      this.#end('cancelled', { type: 'cancelled' });
      // Somebody may be waiting for an event that now never comes; the error only wakes them.
      this.#interrupt?.(new ChatError('aborted', 'the stream was left'));
    }
    this.#failure = undefined;
    await this.#cleanup;
    return done;
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.#state === 'open') {
      this.#scope.cancel(
        blamesNobody(reason)
          ? reason
          : new ChatError('aborted', 'the stream was cancelled', { cause: reason, sent: 'yes' }),
      );
    }
    await this.#cleanup;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  get textStream(): AsyncIterable<string> {
    return { [Symbol.asyncIterator]: () => this.#texts() };
  }

  result(): Promise<ChatResult> {
    if (!this.#result && this.#read) {
      return Promise.reject(alreadyRead('result() needs a stream that nobody has read from'));
    }
    if (!this.#result) {
      const reader = { next: () => this.#next(), return: () => this.return() };
      this.#result = collectFrom({ [Symbol.asyncIterator]: () => reader }, this);
    }
    return this.#result;
  }

  toReadableStream(): ReadableStream<ChatEvent> {
    return new ReadableStream<ChatEvent>(
      {
        pull: async (controller) => {
          const step = await this.next();
          if (step.done) controller.close();
          else controller.enqueue(step.value);
        },
        cancel: async () => {
          await this.return();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Attaches a route and one observer of the end: how a registry learns what became of a stream, at no cost per event. */
  attach(
    route: RouteDecision,
    onEnd: (outcome: StreamOutcome) => void,
    first: readonly ChatEvent[] = [],
  ): void {
    this.route = route;
    if (first.length > 0) this.#queue.splice(this.#head, 0, ...first);
    if (this.#outcome) tell(onEnd, this.#outcome);
    else this.#observers.push(onEnd);
  }

  /** The next event that is already here. */
  #take(): ChatEvent | undefined {
    const event = this.#queue[this.#head];
    if (event === undefined) return undefined;
    this.#head += 1;
    if (event.type === 'text-delta') {
      if (this.#half !== '' || endsInHalf(event.text)) return this.#joinHalves(event.text);
      this.#received.text(event.text);
    } else if (event.type === 'reasoning-delta') {
      this.#received.reasoning(event.text);
    } else if (event.type === 'tool-call') {
      this.#received.toolCall(event);
    } else if (event.type === 'warning') {
      if (event.code === 'restarted') this.#received.forget();
    } else if (event.type === 'finish') {
      if (this.#half !== '') {
        // No other half came: what there is was said all the same.
        const text = this.#half;
        this.#half = '';
        this.#head -= 1;
        return { type: 'text-delta', text };
      }
      this.#end('finished', { type: 'finished', finish: event });
    }
    return event;
  }

  /**
   * Upstreams cut text between tokens, and a token may end inside a character. The first half of a surrogate pair waits for
   * the next text, so that no piece ends with half a character: written to a terminal or a file, each half would be lost.
   */
  #joinHalves(text: string): ChatEvent | undefined {
    const whole = this.#half + text;
    const upTo = endsInHalf(whole) ? whole.length - 1 : whole.length;
    this.#half = whole.slice(upTo);
    if (upTo === 0) return this.#take();
    const shown = whole.slice(0, upTo);
    this.#received.text(shown);
    return { type: 'text-delta', text: shown };
  }

  /** Waits for the next event. Readers that ask at the same time take turns. */
  async #wait(before: Promise<unknown> | undefined): Promise<IteratorResult<ChatEvent, undefined>> {
    this.#turns += 1;
    try {
      if (before) await before.catch(() => {});
      while (this.#state === 'open') {
        if (this.#head === this.#queue.length) {
          this.#queue.length = 0;
          this.#head = 0;
          await this.#pull();
        }
        const event = this.#take();
        if (event !== undefined) return { done: false, value: event };
      }
    } catch (thrown) {
      this.#fail(thrown);
    } finally {
      this.#turns -= 1;
      if (this.#turns === 0) this.#lastTurn = undefined;
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
    await this.#cleanup;
    return done;
  }

  /** Lets the source append events. What it appended before it failed comes first, then the failure. */
  async #pull(): Promise<void> {
    if (this.#deferred !== undefined) throw this.#deferred;
    const before = this.#queue.length;
    let more: boolean | Promise<boolean>;
    try {
      more = (this.#source as ChatEventSource).pull(this.#queue);
      if (typeof more !== 'boolean') {
        this.#scope.waiting();
        more = await this.#interruptible(more);
      }
      // Also where it came without a promise: a wait for bytes without an event may have gone before.
      if (this.#queue.length > before) this.#scope.received();
    } catch (thrown) {
      if (this.#queue.length === before || this.#state === 'ended') throw thrown;
      this.#deferred = thrown;
      return;
    }
    if (!more && this.#queue.length === before) {
      throw new ChatError(
        'truncated',
        `${this.provider} ended its answer without the end that its protocol has`,
        {
          sent: 'yes',
        },
      );
    }
  }

  async #commit(): Promise<void> {
    let seen = 0;
    while (true) {
      for (; seen < this.#queue.length; seen += 1) {
        const event = this.#queue[seen] as ChatEvent;
        if (isVisible(event)) return;
        if (event.type === 'finish') throw emptyAnswer(this.provider, event);
      }
      if (seen > mostSilentEvents) {
        throw new ChatError(
          'invalid-response',
          `${this.provider} sent more than ${mostSilentEvents} events and no answer`,
          { sent: 'yes' },
        );
      }
      await this.#pull();
    }
  }

  /** The opened source; one that comes after the call was cancelled is closed unseen. */
  async #opened(open: () => ChatEventSource | Promise<ChatEventSource>): Promise<ChatEventSource> {
    const opening = Promise.resolve(open());
    try {
      return await this.#interruptible(opening);
    } catch (thrown) {
      if (this.#state === 'ended') void opening.then((late) => late.close('cancelled')).catch(() => {});
      throw thrown;
    }
  }

  /** Waits for a promise, but not longer than until the call is cancelled. */
  #interruptible<T>(waited: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#interrupt = reject;
      waited.then(resolve, reject);
    });
  }

  /** Ends with a failure. The first one counts; what comes later is answered with that one. */
  #fail(thrown: unknown): ChatError {
    const error = asChatError(thrown, { provider: this.provider, model: this.model });
    if (this.#state === 'ended') return this.#failure ?? error;
    const partial = this.#received.partial();
    if (partial && error.partial === undefined) setPartial(error, partial);
    this.#failure = error;
    this.#end(error.code === 'aborted' ? 'cancelled' : 'failed', { type: 'failed', error });
    this.#interrupt?.(error);
    return error;
  }

  #end(how: 'finished' | 'cancelled' | 'failed', outcome: StreamOutcome): void {
    this.#state = 'ended';
    this.#queue.length = 0;
    this.#head = 0;
    dropped.unregister(this.#scope);
    this.#scope.close();
    this.#cleanup = closeQuietly(this.#source, how);
    this.#outcome = outcome;
    for (const observer of this.#observers.splice(0)) tell(observer, outcome);
  }

  #texts(): AsyncIterator<string, undefined> {
    const next = async (): Promise<IteratorResult<string, undefined>> => {
      while (true) {
        const step = await this.next();
        if (step.done) return step;
        if (step.value.type === 'text-delta') return { done: false, value: step.value.text };
      }
    };
    return {
      next: () => {
        if (this.#result) return this.next() as Promise<never>;
        this.#read = true;
        let event = this.#lastTurn ? undefined : this.#take();
        while (event !== undefined && event.type !== 'text-delta') event = this.#take();
        return event ? Promise.resolve({ done: false, value: event.text }) : next();
      },
      return: async () => {
        await this.return();
        return { done: true, value: undefined };
      },
    };
  }
}

/** Two readers would each get a part, and neither would know. */
function alreadyRead(what: string): ChatError {
  return new ChatError('invalid-request', `${what}; tee() makes two of one`);
}

/** Whoever leaves may say why, but not that it was the upstream's fault. */
function blamesNobody(reason: unknown): reason is ChatError {
  return ChatError.is(reason) && (reason.code === 'aborted' || reason.code === 'deadline-exceeded');
}

/** Whether a text ends with the first half of a surrogate pair. */
function endsInHalf(text: string): boolean {
  return (text.charCodeAt(text.length - 1) & 0xfc00) === 0xd800;
}

/** A clean-up that fails, or never ends, must not spoil what was already said. */
async function closeQuietly(
  source: ChatEventSource | undefined,
  how: 'finished' | 'cancelled' | 'failed',
): Promise<void> {
  let patience: NodeJS.Timeout | undefined;
  try {
    const closing = source?.close(how);
    if (!closing) return;
    const longEnough = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, longestCleanUpMs);
    });
    await Promise.race([closing, longEnough]);
  } catch {
    // The contract of close() forbids it; a finished answer stays finished all the same.
  } finally {
    clearTimeout(patience);
  }
}

/** An observer is somebody else's code: what it throws must not reach the reader, nor keep others from being told. */
function tell(observer: (outcome: StreamOutcome) => void, outcome: StreamOutcome): void {
  try {
    observer(outcome);
  } catch (error) {
    const what = error instanceof Error ? error.name : typeof error;
    process.emitWarning(`an observer of the end of a stream threw ${what}`, 'SluiceWarning');
  }
}

function emptyAnswer(provider: string, finish: Extract<ChatEvent, { type: 'finish' }>): ChatError {
  const reason = finish.rawReason ?? finish.reason;
  return finish.reason === 'content-filter'
    ? new ChatError('content-filter', `${provider} refused to answer (finish reason ${reason})`, {
        sent: 'yes',
      })
    : new ChatError(
        'empty-response',
        `${provider} ended its answer without saying anything (finish reason ${reason})`,
        {
          sent: 'yes',
        },
      );
}
