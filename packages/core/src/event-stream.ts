import type { CallScope } from './call-scope.ts';
import { asChatError, ChatError, setPartial } from './chat-error.ts';
import { type ChatResult, collectFrom } from './chat-result.ts';
import type { ChatEventSource, ChatStream, StreamOutcome } from './chat-stream.ts';
import { type ChatEvent, isVisible } from './events.ts';
import { PartialCollector } from './partial-collector.ts';
import type { RouteDecision } from './route-decision.ts';
import { alreadyRead, cancelled, emptyAnswer, endlessSilence, endWithoutFinish } from './stream-failures.ts';
import {
  closeQuietly,
  keepFromRelease,
  type Release,
  releaseWhenDropped,
  type StreamObserver,
  tellAll,
} from './stream-release.ts';
import { WholeCharacters } from './whole-characters.ts';

/** How many events may come before the first that a user would see: nobody can read them yet, so they have to be kept. */
const mostSilentEvents = 65_536;

const done: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** What a reader takes: every event, or the texts alone. Made once, since a stream makes one of these choices for each token. */
let nextEvent: (stream: EventStream) => ChatEvent | undefined;
let nextText: (stream: EventStream) => string | undefined;

/** A reader's question, until it is answered. */
interface Turn {
  readonly take: (stream: EventStream) => unknown;
  readonly resolve: (step: IteratorResult<never, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

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
  #lastTurn: Promise<unknown> | undefined;
  #turns = 0;
  /** The turn that waits for the source: at most one, the others wait for it. */
  #waiting: Turn | undefined;
  readonly #observers: StreamObserver[] = [];
  #release: Release | undefined;
  #outcome: StreamOutcome | undefined;
  #result: Promise<ChatResult> | undefined;
  #read = false;
  readonly #received: PartialCollector = new PartialCollector();
  readonly #characters: WholeCharacters = new WholeCharacters();

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
    stream.#release = releaseWhenDropped(stream, {
      scope,
      source: stream.#source,
      observers: stream.#observers,
    });
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
    return this.#turn(nextEvent);
  }

  /** What is here at once, or the promise of it. Readers that ask at the same time take turns. */
  #turn<Item>(take: (stream: EventStream) => Item | undefined): Promise<IteratorResult<Item, undefined>> {
    this.#read = true;
    const before = this.#lastTurn;
    if (!before) {
      const item = take(this);
      if (item !== undefined) return Promise.resolve({ done: false, value: item });
    }
    this.#turns += 1;
    const promise = new Promise<IteratorResult<Item, undefined>>((resolve, reject) => {
      const turn: Turn = { take, resolve, reject };
      if (!before) {
        this.#answer(turn);
        return;
      }
      const answer = (): void => this.#answer(turn);
      before.then(answer, answer);
    });
    // It may be over already.
    if (this.#turns > 0) this.#lastTurn = promise;
    return promise;
  }

  /** Leaving the loop: closes the socket without a word, and waits for the clean-up. */
  async return(): Promise<IteratorResult<ChatEvent, undefined>> {
    if (this.#state === 'open') {
      this.#end('cancelled', { type: 'cancelled' });
      // Somebody may be waiting for an event that now never comes; the error only wakes them.
      this.#wake(new ChatError('aborted', 'the stream was left'));
    }
    this.#failure = undefined;
    await this.#cleanup;
    return done;
  }

  async cancel(reason?: unknown): Promise<void> {
    if (this.#state === 'open') this.#scope.cancel(cancelled(reason));
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
  attach(route: RouteDecision, onEnd: StreamObserver, first: readonly ChatEvent[] = []): void {
    this.route = route;
    if (first.length > 0) this.#queue.splice(this.#head, 0, ...first);
    this.#observers.push(onEnd);
    if (this.#outcome) tellAll(this.#observers, this.#outcome);
  }

  /** The next event that is already here. */
  #take(): ChatEvent | undefined {
    const event = this.#queue[this.#head];
    if (event === undefined) return undefined;
    this.#head += 1;
    if (event.type === 'text-delta') {
      if (this.#characters.concerns(event.text)) return this.#said(this.#characters.join(event.text));
      this.#received.text(event.text);
    } else if (event.type === 'reasoning-delta') {
      this.#received.reasoning(event.text);
    } else if (event.type === 'tool-call') {
      this.#received.toolCall(event);
    } else if (event.type === 'warning') {
      if (event.code === 'restarted') this.#received.forget();
    } else if (event.type === 'finish') {
      const rest = this.#characters.rest();
      if (rest !== '') {
        this.#head -= 1;
        return this.#said(rest);
      }
      this.#end('finished', { type: 'finished', finish: event });
    }
    return event;
  }

  /** A piece of text that is not as it came; one that is empty waits for the next event. */
  #said(text: string): ChatEvent | undefined {
    if (text === '') return this.#take();
    this.#received.text(text);
    return { type: 'text-delta', text };
  }

  /**
   * Answers a turn as soon as there is an item for it. Written with callbacks, for each promise and each closure of a wait is
   * kept a thousand times by a thousand streams that wait: here it is the turn's own promise, and the one of `then`.
   */
  #answer(turn: Turn): void {
    try {
      while (this.#state === 'open') {
        if (this.#head === this.#queue.length) {
          // A queue that is cut to nothing gives its memory back, and takes it anew for the next token.
          if (this.#queue.length === 1) this.#queue.pop();
          else this.#queue.length = 0;
          this.#head = 0;
          const waited = this.#ask(0);
          if (waited) {
            this.#waiting = turn;
            waited.then(this.#onPulled, this.#onPullFailed);
            return;
          }
        }
        const item = turn.take(this);
        if (item !== undefined) {
          this.#turnIsOver();
          turn.resolve({ done: false, value: item as never });
          return;
        }
      }
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#conclude(turn);
  }

  readonly #onPulled = (more: boolean): void => {
    const turn = this.#waiting;
    // The stream has ended meanwhile, and the turn with it.
    if (!turn) return;
    this.#waiting = undefined;
    try {
      this.#pulled(more, 0);
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#answer(turn);
  };

  readonly #onPullFailed = (reason: unknown): void => {
    const turn = this.#waiting;
    if (!turn) return;
    this.#waiting = undefined;
    try {
      this.#pullFailed(reason, 0);
    } catch (thrown) {
      this.#fail(thrown);
    }
    this.#answer(turn);
  };

  /** The answer of a stream that has ended: its failure, once, then nothing more. */
  #conclude(turn: Turn): void {
    this.#turnIsOver();
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) turn.reject(failure);
    else if (this.#cleanup) void this.#cleanup.then(() => turn.resolve(done));
    else turn.resolve(done);
  }

  #turnIsOver(): void {
    this.#turns -= 1;
    if (this.#turns === 0) this.#lastTurn = undefined;
  }

  /** The stream has ended: whoever waits is told. */
  #wake(error: ChatError): void {
    this.#interrupt?.(error);
    const turn = this.#waiting;
    this.#waiting = undefined;
    if (turn) this.#conclude(turn);
  }

  /** Lets the source append events. Answers with a promise only where it has to be waited for: each one costs as much as a token. */
  #ask(before: number): Promise<boolean> | undefined {
    if (this.#deferred !== undefined) throw this.#deferred;
    let more: boolean | Promise<boolean>;
    try {
      more = (this.#source as ChatEventSource).pull(this.#queue);
    } catch (thrown) {
      this.#pullFailed(thrown, before);
      return undefined;
    }
    if (typeof more !== 'boolean') {
      this.#scope.waiting();
      return more;
    }
    this.#pulled(more, before);
    return undefined;
  }

  #pulled(more: boolean, before: number): void {
    // Also where it came without a promise: a wait for bytes without an event may have gone before.
    if (this.#queue.length > before) this.#scope.received();
    else if (!more) throw endWithoutFinish(this.provider);
  }

  /** What the source appended before it failed comes first, then the failure. */
  #pullFailed(thrown: unknown, before: number): void {
    if (this.#queue.length === before || this.#state === 'ended') throw thrown;
    this.#deferred = thrown;
  }

  async #commit(): Promise<void> {
    let seen = 0;
    while (true) {
      for (; seen < this.#queue.length; seen += 1) {
        const event = this.#queue[seen] as ChatEvent;
        if (isVisible(event)) return;
        if (event.type === 'finish') throw emptyAnswer(this.provider, event);
      }
      if (seen > mostSilentEvents) throw endlessSilence(this.provider, mostSilentEvents);
      const before = this.#queue.length;
      const waited = this.#ask(before);
      if (!waited) continue;
      try {
        this.#pulled(await this.#interruptible(waited), before);
      } catch (thrown) {
        this.#pullFailed(thrown, before);
      }
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
    this.#wake(error);
    return error;
  }

  #end(how: 'finished' | 'cancelled' | 'failed', outcome: StreamOutcome): void {
    this.#state = 'ended';
    this.#queue.length = 0;
    this.#head = 0;
    if (this.#release) keepFromRelease(this.#release);
    this.#scope.close();
    this.#cleanup = closeQuietly(this.#source, how);
    this.#outcome = outcome;
    tellAll(this.#observers, outcome);
  }

  #takeText(): string | undefined {
    let event = this.#take();
    while (event !== undefined && event.type !== 'text-delta') event = this.#take();
    return event?.text;
  }

  #texts(): AsyncIterator<string, undefined> {
    return {
      next: () => (this.#result ? (this.next() as Promise<never>) : this.#turn(nextText)),
      return: async () => {
        await this.return();
        return { done: true, value: undefined };
      },
    };
  }

  static {
    nextEvent = (stream) => stream.#take();
    nextText = (stream) => stream.#takeText();
  }
}
