import {
  type CallOptions,
  ChatError,
  type ChatEvent,
  type ChatProvider,
  type ChatRequest,
  type ChatStream,
} from '@sluice/core';
import { ConformanceFailure } from './conformance-failure.ts';
import type { PreparedSubject } from './subject.ts';
import { reply } from './upstream/http-reply.ts';
import type { Script, Step } from './upstream/script.ts';
import {
  type ScriptedExchange,
  type ScriptedUpstream,
  scriptedUpstream,
} from './upstream/scripted-upstream.ts';
import { createWire, type Wire } from './wire.ts';
import { within } from './within.ts';

/** What the kit's calls ask. Nobody else says this, so that it can be looked for. */
export const prompt = 'How heavy is the gate of sluice 8, and what did its keeper Marguerite say?';

/** What the kit's answers say: words, accents, wide and astral characters. */
export const sayings: readonly string[] = ['The gate ', 'holds né ', '漢字 and 😀 ', 'for now.'];

/** What became of a call. */
export interface Outcome {
  /** Whether `stream()` resolved: an answer had begun. */
  readonly opened: boolean;
  readonly stream?: ChatStream;
  readonly events: readonly ChatEvent[];
  /** The text of the events. */
  readonly text: string;
  readonly error?: unknown;
  /** Events that came after the end, or after the failure. */
  readonly afterEnd: readonly ChatEvent[];
}

/** A fresh upstream and a fresh provider, for one check. */
export interface Bench {
  readonly subject: PreparedSubject;
  readonly upstream: ScriptedUpstream;
  readonly wire: Wire;
  readonly provider: ChatProvider;
  /** The kit's usual request. */
  readonly ask: ChatRequest;
  /** How the answer is given from now on; default: `sayings`, and a good end. */
  answer(script: Script): void;
  /** How the list of models is given from now on. */
  listing(script: Script): void;
  isAnswer(exchange: ScriptedExchange): boolean;
  /** The `count`-th request for an answer. */
  waitForAnswer(count?: number): Promise<ScriptedExchange>;
  /** One more provider, at another address. Closed with the bench. */
  createAt(baseURL: string): ChatProvider;
  /** Waits, but not for ever: then the check fails with what did not happen. */
  soon<T>(promise: PromiseLike<T>, what: string): Promise<T>;
  /** Reads a stream to its end, and a little further. */
  drain(stream: ChatStream, events?: ChatEvent[]): Promise<Outcome>;
  /** One call, to its end. */
  call(request?: Partial<ChatRequest>, options?: CallOptions, provider?: ChatProvider): Promise<Outcome>;
  /** One call of this very request object, to its end. */
  callExactly(request: ChatRequest, options?: CallOptions, provider?: ChatProvider): Promise<Outcome>;
  /** Opens a stream whose answer has begun. */
  open(request?: Partial<ChatRequest>, options?: CallOptions): Promise<ChatStream>;
  /** Everything that was sent upstream so far, as text: targets, headers, bodies. */
  sent(): string;
  close(): Promise<void>;
}

/** Sets a bench up. */
export async function openBench(subject: PreparedSubject): Promise<Bench> {
  const { upstream: description, patienceMs, credential, model } = subject;
  const wire = createWire(description);
  const isAnswer = description.isAnswer ?? ((exchange) => exchange.method === 'POST');
  const isListing = (exchange: ScriptedExchange): boolean =>
    description.models !== undefined &&
    (description.models.isRequest ? description.models.isRequest(exchange) : exchange.method === 'GET');
  let answer: Script = wire.answer(sayings);
  let listing: Script | undefined =
    description.models?.body === undefined
      ? undefined
      : reply(200, description.models.body, { 'content-type': 'application/json' });

  const upstream = await scriptedUpstream(async function* (exchange) {
    if (isAnswer(exchange)) yield* stepsOf(answer, exchange);
    else if (listing && isListing(exchange)) yield* stepsOf(listing, exchange);
    else if (description.steps) yield* description.steps(exchange);
    else yield* reply(404, '{"error":{"message":"the kit knows no such step"}}');
  });
  const providers: ChatProvider[] = [];
  const createAt = (baseURL: string): ChatProvider => {
    const made = subject.create({ baseURL, credential });
    providers.push(made);
    return made;
  };
  const provider = createAt(upstream.url);
  const ask: ChatRequest = {
    messages: [{ role: 'user', content: prompt }],
    ...(model === undefined ? {} : { model }),
  };

  const soon = <T>(promise: PromiseLike<T>, what: string): Promise<T> => within(patienceMs, what, promise);

  const drain = async (stream: ChatStream, events: ChatEvent[] = []): Promise<Outcome> => {
    const iterator = stream[Symbol.asyncIterator]();
    const afterEnd: ChatEvent[] = [];
    let error: unknown;
    try {
      while (true) {
        const step = await soon(iterator.next(), 'reading the next event of the answer');
        if (step.done) break;
        events.push(step.value);
      }
    } catch (thrown) {
      if (thrown instanceof ConformanceFailure) throw thrown;
      error = thrown;
    }
    for (let more = 0; more < 2; more += 1) {
      const step = await soon(
        iterator.next().catch((again: unknown) => {
          throw new ConformanceFailure(`after its end the stream threw ${describeError(again)}`);
        }),
        'asking for one more event after the end',
      );
      if (!step.done) afterEnd.push(step.value);
    }
    return {
      opened: true,
      stream,
      events,
      text: textOf(events),
      afterEnd,
      ...(error === undefined ? {} : { error }),
    };
  };

  const bench: Bench = {
    subject,
    upstream,
    wire,
    provider,
    ask,
    answer: (script) => {
      answer = script;
    },
    listing: (script) => {
      listing = script;
    },
    isAnswer,
    waitForAnswer: (count = 1) =>
      soon(upstream.waitForRequest(count, isAnswer), 'waiting for the request that asks for an answer'),
    createAt,
    soon,
    drain,
    call: (request = {}, options = {}, asked = provider) =>
      bench.callExactly({ ...ask, ...request }, options, asked),
    async callExactly(request, options = {}, asked = provider) {
      let stream: ChatStream;
      try {
        stream = await soon(started(asked, request, options), 'waiting for stream() to resolve or reject');
      } catch (error) {
        if (error instanceof ConformanceFailure) throw error;
        return { opened: false, events: [], text: '', afterEnd: [], error };
      }
      return drain(stream);
    },
    async open(request = {}, options = {}) {
      try {
        return await soon(
          started(provider, { ...ask, ...request }, options),
          'waiting for stream() to resolve',
        );
      } catch (error) {
        if (error instanceof ConformanceFailure) throw error;
        throw new ConformanceFailure(`expected an answer to begin, got ${describeError(error)}`);
      }
    },
    sent: () =>
      upstream.exchanges
        .map(
          ({ method, path, headers, body }) =>
            `${method} ${path}\n${JSON.stringify(headers)}\n${body.toString('utf8')}`,
        )
        .join('\n'),
    async close() {
      // The upstream goes in any case: a provider that hangs would else take the next checks with it.
      // Whether close() works is a check of its own.
      const closing = Promise.all(providers.map((each) => each.close().catch(() => {})));
      await soon(closing, 'waiting for close()').finally(() => upstream.close());
    },
  };
  return bench;
}

/** A factory may throw at once where it should reject: the checks judge that apart. */
function started(provider: ChatProvider, request: ChatRequest, options: CallOptions): Promise<ChatStream> {
  try {
    return provider.stream(request, options);
  } catch (error) {
    return Promise.reject(
      new ConformanceFailure(`stream() threw at once instead of rejecting: ${describeError(error)}`),
    );
  }
}

async function* stepsOf(script: Script, exchange: ScriptedExchange): AsyncIterable<Step> {
  yield* typeof script === 'function' ? script(exchange) : script;
}

/** The text of these events. */
export function textOf(events: readonly ChatEvent[]): string {
  return events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
}

/** An error in a word or two, for messages of the kit. */
export function describeError(error: unknown): string {
  if (ChatError.is(error)) return `${error.code} (${error.message})`;
  return error instanceof Error ? `${error.name}: ${error.message}` : `a thrown ${typeof error}`;
}
