import {
  type CallOptions,
  CallScope,
  ChatError,
  type ChatEvent,
  type ChatRequest,
  openChatStream,
} from '@sluice/core';
import { type FakeProvider, fakeProvider } from './fake-provider.fixture.ts';
import { EventHeap, type TimedEvent } from './simulate/event-heap.ts';
import type { Timers } from './timers.ts';

/** A clock that goes only when it is told to. */
export interface VirtualTimers extends Timers {
  /** Timers that are set. */
  readonly pending: number;
  /** Lets time pass, timer by timer, and what follows from each settle before the next. */
  advance(ms: number): Promise<void>;
  /** Lets everything settle that needs no time. */
  settle(): Promise<void>;
}

export function virtualTimers(startMs = 1_000_000): VirtualTimers {
  let now = startMs;
  let order = 0;
  const timers = new EventHeap();
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  /** The next timer that is due by then. */
  const due = (until: number): TimedEvent | undefined => {
    const first = timers.pop();
    if (first && first.atMs > until) timers.push(first);
    return first && first.atMs <= until ? first : undefined;
  };
  return {
    now: () => now,
    setTimeout(run, delayMs) {
      order += 1;
      const timer: TimedEvent = { atMs: now + Math.max(0, delayMs), order, run, index: -1 };
      timers.push(timer);
      return timer;
    },
    clearTimeout(handle) {
      if (handle !== undefined) timers.remove(handle as TimedEvent);
    },
    get pending() {
      return timers.size;
    },
    settle,
    async advance(ms) {
      const until = now + ms;
      await settle();
      for (let timer = due(until); timer; timer = due(until)) {
        now = Math.max(now, timer.atMs);
        timer.run();
        await settle();
      }
      now = until;
      await settle();
    },
  };
}

/** What a scripted provider does with one call. */
export interface Script {
  /** How long it keeps silent, in virtual milliseconds; `Infinity` for ever. Default 0. */
  readonly afterMs?: number;
  /** What it says then, piece by piece. Default: one piece with its name. */
  readonly says?: readonly string[];
  /** How it fails: before it says anything if `says` is missing, else after it. */
  readonly fails?: ChatError;
  /** After what it says it keeps the stream open until it is left. */
  readonly stays?: boolean;
  readonly usage?: { readonly outputTokens?: number; readonly totalTokens?: number };
  /** Other events before its end. */
  readonly events?: readonly ChatEvent[];
}

/** A provider on a virtual clock that does what its scripts say, one a call, the last one for all that follow. */
export interface ScriptedProvider extends FakeProvider {
  /** Calls that are under way: opening, or answering. */
  readonly open: () => number;
  /** Most of them at the same time. */
  readonly mostOpen: () => number;
  readonly aborted: () => number;
}

export function scripted(id: string, timers: Timers, ...scripts: readonly Script[]): ScriptedProvider {
  let call = 0;
  let open = 0;
  let mostOpen = 0;
  let aborted = 0;
  const provider = fakeProvider(id, async (request: ChatRequest, options: CallOptions) => {
    const script = scripts[Math.min(call, scripts.length - 1)] ?? {};
    call += 1;
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    let closed = false;
    const end = (): void => {
      if (!closed) open -= 1;
      closed = true;
    };
    try {
      await silence(timers, script.afterMs ?? 0, options.signal, () => {
        aborted += 1;
      });
      if (script.fails && !script.says) throw script.fails;
      return await openChatStream({
        provider: id,
        model: request.model,
        scope: new CallScope(options.signal ? { signal: options.signal } : {}),
        open: () => answer(id, script, end),
      });
    } catch (error) {
      end();
      throw error;
    }
  });
  return Object.assign(provider, { open: () => open, mostOpen: () => mostOpen, aborted: () => aborted });
}

function answer(id: string, script: Script, end: () => void) {
  const pieces = [...(script.says ?? [id])];
  return {
    pull(into: ChatEvent[]): boolean | Promise<boolean> {
      const text = pieces.shift();
      if (text !== undefined) {
        into.push({ type: 'text-delta', text });
        return true;
      }
      if (script.fails) throw script.fails;
      if (script.stays) return new Promise(() => {});
      into.push(...(script.events ?? []), {
        type: 'finish',
        reason: 'stop',
        ...(script.usage ? { usage: script.usage } : {}),
      });
      return true;
    },
    close: end,
  };
}

function silence(
  timers: Timers,
  afterMs: number,
  signal: AbortSignal | undefined,
  onAbort: () => void,
): Promise<void> | undefined {
  if (afterMs === 0) return undefined;
  return new Promise((resolve, reject) => {
    const timer = afterMs === Number.POSITIVE_INFINITY ? undefined : timers.setTimeout(resolve, afterMs);
    signal?.addEventListener(
      'abort',
      () => {
        timers.clearTimeout(timer);
        onAbort();
        reject(new ChatError('aborted', 'the caller aborted the call', { cause: signal.reason }));
      },
      { once: true },
    );
  });
}
