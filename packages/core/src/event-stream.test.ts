import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { CallScope } from './call-scope.ts';
import { ChatError } from './chat-error.ts';
import type { ChatEventSource, ChatStream, StreamOutcome } from './chat-stream.ts';
import { failureOf } from './echo-codec.fixture.ts';
import type { ChatEvent } from './events.ts';
import { fromText } from './from-text.ts';
import { attachRoute, openChatStream } from './open-chat-stream.ts';
import type { RouteDecision } from './route-decision.ts';
import { tee } from './tee.ts';

const text = (value: string): ChatEvent => ({ type: 'text-delta', text: value });
const finish: ChatEvent = { type: 'finish', reason: 'stop' };

/** A source that gives these batches; an Error among them is thrown. Tells how it was closed. */
function sourceOf(...batches: (readonly ChatEvent[] | Error)[]): ChatEventSource & { closed: string[] } {
  const closed: string[] = [];
  return {
    closed,
    async pull(into) {
      const batch = batches.shift();
      if (batch instanceof Error) throw batch;
      if (!batch) return false;
      into.push(...batch);
      return true;
    },
    close: (outcome) => void closed.push(outcome),
  };
}

const openSource = (source: ChatEventSource, scope: CallScope = new CallScope()): Promise<ChatStream> =>
  openChatStream({ provider: 'test', model: 'm-1', scope, open: () => source });

async function readAll(stream: ChatStream): Promise<void> {
  for await (const _event of stream);
}

const route: RouteDecision = { requested: 'x', strategy: 'ordered', candidates: [], plan: [], attempts: [] };

describe('a stream over a source', () => {
  it('closes its source exactly once, and says how', async () => {
    const finished = sourceOf([text('a'), finish]);
    await (await openSource(finished)).result();
    expect(finished.closed).toEqual(['finished']);

    const left = sourceOf([text('a')], [text('b')]);
    const stream = await openSource(left);
    await stream[Symbol.asyncDispose]();
    await stream.cancel();
    expect(left.closed).toEqual(['cancelled']);

    const failed = sourceOf([text('a')], new ChatError('network', 'gone'));
    await failureOf((await openSource(failed)).result());
    expect(failed.closed).toEqual(['failed']);
  });

  it('is done only when the clean-up is, and a clean-up that fails spoils nothing', async () => {
    let cleaned = false;
    const stream = await openSource({
      ...sourceOf([text('a'), finish]),
      async close() {
        await Promise.resolve();
        cleaned = true;
        throw new Error('the clean-up failed');
      },
    });
    expect((await stream.result()).text).toBe('a');
    expect(cleaned).toBe(true);
  });

  it('makes `internal` of a failure that is nobody’s ChatError, without its text', async () => {
    const error = await failureOf(openSource(sourceOf(new TypeError('undefined is not a prompt'))));
    expect(error).toMatchObject({ code: 'internal', provider: 'test', model: 'm-1' });
    expect(error.message).not.toContain('prompt');
    expect(error.cause).toBeInstanceOf(TypeError);
  });

  it('says truncated when the source has no more to give and no finish came', async () => {
    const error = await failureOf((await openSource(sourceOf([text('a')]))).result());
    expect(error).toMatchObject({ code: 'truncated', partial: { text: 'a' } });
  });

  it('rejects at once when a foreign source ignores the cancellation, and closes what opens late', async () => {
    const abort = new AbortController();
    const late = sourceOf([text('a')]);
    let openLate = (_source: ChatEventSource): void => {};
    const opening = openChatStream({
      provider: 'test',
      scope: new CallScope({ signal: abort.signal }),
      open: () =>
        new Promise<ChatEventSource>((resolve) => {
          openLate = resolve;
        }),
    });
    abort.abort();
    expect(await failureOf(opening)).toMatchObject({ code: 'aborted' });
    openLate(late);
    await expect.poll(() => late.closed).toEqual(['cancelled']);
  });

  it('serves two readers of the same stream in turns', async () => {
    const stream = await openSource(sourceOf([text('a')], [text('b')], [finish]));
    const iterator = stream[Symbol.asyncIterator]();
    const steps = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(steps.map(({ value }) => value)).toEqual([text('a'), text('b'), finish, undefined]);
  });

  it('gives the text alone by textStream', async () => {
    const stream = await openSource(
      sourceOf([{ type: 'reasoning-delta', text: 'hm' }, text('a')], [text('b'), finish]),
    );
    const pieces: string[] = [];
    for await (const piece of stream.textStream) pieces.push(piece);
    expect(pieces).toEqual(['a', 'b']);
  });

  it('joins a character that was cut between two events', async () => {
    const [high, low] = '🙂'.split('') as [string, string];
    const pieces = async (...batches: ChatEvent[][]): Promise<string[]> => {
      const texts: string[] = [];
      const stream = await openSource(sourceOf([text('x')], ...batches));
      for await (const piece of stream.textStream) texts.push(piece);
      return texts;
    };
    expect(await pieces([text(`a${high}`)], [text(`${low}b`), finish])).toEqual(['x', 'a', '🙂b']);
    expect(await pieces([text(high)], [text(low)], [finish])).toEqual(['x', '🙂']);
    expect(await pieces([text(high), text(high + low), finish])).toEqual(['x', `${high}🙂`]);
    expect(await pieces([text(`a${high}`)], [finish])).toEqual(['x', 'a', high]);
  });

  it('refuses result() once somebody has read from it, and gives the same result twice before that', async () => {
    const stream = await fromText(['a', 'b']);
    expect(await stream.result()).toBe(await stream.result());
    const read = await fromText(['a', 'b']);
    await read[Symbol.asyncIterator]().next();
    expect(await failureOf(read.result())).toMatchObject({ code: 'invalid-request' });
    await read.cancel();
  });

  it('shares nothing of a result with whoever else begins to read', async () => {
    const stream = await openSource(sourceOf([text('a')], [text('b')], [finish]));
    const result = stream.result();
    expect(await failureOf(stream[Symbol.asyncIterator]().next())).toMatchObject({ code: 'invalid-request' });
    expect(await failureOf(stream.textStream[Symbol.asyncIterator]().next())).toMatchObject({
      code: 'invalid-request',
    });
    expect((await result).text).toBe('ab');
  });

  it('that is left while somebody waits for the next event wakes them, though its source does not', async () => {
    const never = new Promise<boolean>(() => {});
    const batches = [[text('a')]];
    const stream = await openSource({
      pull: (into) => (batches.length === 0 ? never : into.push(...(batches.pop() ?? [])) > 0),
      close() {},
    });
    const [first, second] = tee(stream).map((branch) => branch[Symbol.asyncIterator]());
    await first?.next();
    const waiting = first?.next();
    await Promise.all([first?.return?.(), second?.return?.()]);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('ends though its clean-up never does', async () => {
    vi.useFakeTimers();
    try {
      const finished = await openSource({
        ...sourceOf([text('a'), finish]),
        close: () => new Promise(() => {}),
      });
      const result = finished.result();
      await vi.advanceTimersByTimeAsync(30_000);
      expect((await result).text).toBe('a');
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('does not take a slow reader for an idle upstream, also where keep-alives come between', async () => {
    vi.useFakeTimers();
    try {
      const steps = [
        (into: ChatEvent[]) => into.push(text('a')) > 0,
        async () => true,
        (into: ChatEvent[]) => into.push(text('b')) > 0,
        (into: ChatEvent[]) => into.push(finish) > 0,
      ];
      const source = { pull: (into: ChatEvent[]) => steps.shift()?.(into) ?? false, close() {} };
      const reader = (await openSource(source, new CallScope({ timeout: { idle: 50 } })))[
        Symbol.asyncIterator
      ]();
      await reader.next();
      await reader.next();
      await vi.advanceTimersByTimeAsync(1_000);
      expect((await reader.next()).value).toEqual(finish);
    } finally {
      vi.useRealTimers();
    }
  });

  it('that breaks off keeps what was received: texts up to a limit, tool calls whole', async () => {
    const call = (id: string, size: number): ChatEvent => ({
      type: 'tool-call',
      id,
      name: 'f',
      arguments: '"'.padEnd(size, 'x'),
    });
    const failed = async (...batch: ChatEvent[]): Promise<ChatError> => {
      const stream = await openSource(sourceOf(batch, new ChatError('network', 'gone')));
      return failureOf(readAll(stream));
    };
    expect((await failed(call('1', 4))).partial).toEqual({
      text: '',
      reasoning: '',
      toolCalls: [{ id: '1', name: 'f', arguments: '"xxx' }],
      complete: true,
    });
    expect((await failed(text('a'.repeat(262_144)))).partial).toMatchObject({ complete: true });
    const long = await failed(text('a'.repeat(300_000)), text('b'));
    expect([long.partial?.text.length, long.partial?.complete]).toEqual([262_144, false]);
    const calls = await failed(call('1', 10), call('2', 262_144));
    expect(calls.partial).toMatchObject({ toolCalls: [{ id: '1' }], complete: false });
  });

  it('is cancelled when nobody holds it any more', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const source = sourceOf([text('a')]);
    await openSource(source);
    await expect
      .poll(
        () => {
          collectGarbage();
          return source.closed;
        },
        {
          timeout: 8_000,
        },
      )
      .toEqual(['cancelled']);
  });
});

describe('attachRoute', () => {
  it('marks a stream of ours in place, and reports its end once', async () => {
    const outcomes: StreamOutcome[] = [];
    const stream = await fromText('a');
    const routed = await attachRoute(stream, route, (outcome) => outcomes.push(outcome));
    expect(routed).toBe(stream);
    expect((await routed.result()).route).toBe(route);
    expect(outcomes).toEqual([{ type: 'finished', finish }]);
  });

  it('delivers what is to come first before the rest', async () => {
    const first: ChatEvent = { type: 'warning', code: 'other', message: 'first' };
    const routed = await attachRoute(await fromText('a'), route, () => {}, [first]);
    const { warnings, text: said } = await routed.result();
    expect([warnings, said]).toEqual([[first], 'a']);
  });

  it('reports leaving early as cancelled, and a failure as failed', async () => {
    const outcomes: string[] = [];
    const left = await attachRoute(await fromText(['a', 'b']), route, ({ type }) => outcomes.push(type));
    await left[Symbol.asyncDispose]();
    const broken = await openSource(sourceOf([text('a')], new ChatError('network', 'gone')));
    await failureOf((await attachRoute(broken, route, ({ type }) => outcomes.push(type))).result());
    expect(outcomes).toEqual(['cancelled', 'failed']);
  });

  it('an observer that throws spoils nothing, whenever it is told', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const throwing = (): never => {
      throw new TypeError('my own bug');
    };
    const finished = await attachRoute(await fromText('a'), route, throwing);
    expect((await finished.result()).text).toBe('a');
    await attachRoute(finished, route, throwing);

    // Whatever else waits for the cancellation is told all the same: for HTTP it is what closes the socket.
    const abort = new AbortController();
    const scope = new CallScope({ signal: abort.signal });
    const left = sourceOf([text('a')], [text('b')]);
    const stream = await attachRoute(await openSource(left, scope), route, throwing);
    let told = false;
    scope.onCancel(() => {
      told = true;
    });
    abort.abort();
    expect([told, left.closed]).toEqual([true, ['cancelled']]);
    expect(await failureOf(readAll(stream))).toMatchObject({ code: 'aborted' });
    expect(warnings).toHaveBeenCalledTimes(3);
    expect(warnings).toHaveBeenCalledWith(
      'an observer of the end of a stream threw TypeError',
      'SluiceWarning',
    );
  });

  it('reports a stream that nobody holds any more as cancelled, so that what it took is given back', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const outcomes: string[] = [];
    await attachRoute(await openSource(sourceOf([text('a')])), route, ({ type }) => outcomes.push(type));
    await expect
      .poll(
        () => {
          collectGarbage();
          return outcomes;
        },
        {
          timeout: 8_000,
        },
      )
      .toEqual(['cancelled']);
  });

  it('gives up a stream of somebody else whose first event does not come, and closes it', async () => {
    const controller = new AbortController();
    let cancelled = 0;
    const foreign = {
      provider: 'other',
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
      async cancel() {
        cancelled += 1;
      },
    } as unknown as ChatStream;
    const failed = failureOf(attachRoute(foreign, route, () => {}, [], controller.signal));
    controller.abort();
    expect((await failed).code).toBe('aborted');
    expect(cancelled).toBe(1);
  });

  it('fails with the reason of who cancelled it only if that blames nobody', async () => {
    const endOf = async (reason: ChatError): Promise<ChatError> => {
      const stream = await openSource(sourceOf([text('a')], [text('b')]));
      const failed = failureOf(readAll(stream));
      await stream.cancel(reason);
      return failed;
    };
    const late = new ChatError('deadline-exceeded', 'too late');
    expect(await endOf(late)).toBe(late);
    expect(await endOf(new ChatError('network', 'not me'))).toMatchObject({ code: 'aborted' });
  });

  it('reads a stream that somebody made without openChatStream through one of ours', async () => {
    const events = [text('a'), finish];
    let cancelled = 0;
    const foreign = {
      provider: 'foreign',
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          const value = events.shift();
          return value ? { done: false as const, value } : { done: true as const, value: undefined };
        },
      }),
      cancel: async () => {
        cancelled += 1;
      },
    } as unknown as ChatStream;
    const outcomes: string[] = [];
    const routed = await attachRoute(foreign, route, ({ type }) => outcomes.push(type));
    expect(await routed.result()).toMatchObject({ text: 'a', provider: 'foreign', route });
    expect([outcomes, cancelled]).toEqual([['finished'], 0]);
  });
});
