import { type Frame, frame, isEvent, type StreamGrammar } from '../frames.ts';
import { pause } from '../pace.ts';
import type { FaultName } from './catalogue.ts';
import type { AppliedFault, FaultBehaviour, Piece } from './fault-behaviour.ts';

/** What a user sees: the events that the parameter `after` counts. */
const VISIBLE: ReadonlySet<string> = new Set(['text', 'reasoning', 'tool']);

/** What must not come any more once an answer is to be cut. */
const LAST: ReadonlySet<string> = new Set(['finish', 'usage', 'end', 'hang', 'reset']);

/** The beginning of an answer: `after` visible events, or all there are before it would finish. */
async function* beginning(frames: AsyncIterable<Frame>, after: number): AsyncGenerator<Frame> {
  let visible = 0;
  for await (const each of frames) {
    if (LAST.has(each.kind)) return;
    yield each;
    if (VISIBLE.has(each.kind)) visible += 1;
    if (visible >= after) return;
  }
}

type Rest = (
  grammar: StreamGrammar,
  fault: AppliedFault,
  signal: AbortSignal,
) => Iterable<Frame> | AsyncIterable<Frame>;

/** The first half of a body that is not a stream. */
function half(body: Buffer): Buffer {
  return body.subarray(0, Math.floor(body.length / 2));
}

function cut(rest: Rest, afterHalf?: Piece): FaultBehaviour {
  return {
    frames: async function* (frames, grammar, fault, signal) {
      yield* beginning(frames, fault.number('after'));
      yield* rest(grammar, fault, signal);
    },
    body: async function* (body) {
      yield half(body);
      if (afterHalf !== undefined) yield afterHalf;
    },
  };
}

async function* keepAlives(
  grammar: StreamGrammar,
  fault: AppliedFault,
  signal: AbortSignal,
): AsyncGenerator<Frame> {
  while (!signal.aborted) {
    yield frame('keep-alive', grammar.keepAlive());
    await pause(fault.number('everyMs'), signal);
  }
}

function broken(grammar: StreamGrammar): Frame {
  return frame('text', grammar.style === 'sse' ? 'data: {"broken": [\n\n' : '{"broken": [\n');
}

/** An answer that goes wrong after it has begun. */
export const MID_STREAM_FAULTS: Readonly<
  Record<
    Extract<
      FaultName,
      | 'reset'
      | 'clean-close'
      | 'stall'
      | 'keep-alive-forever'
      | 'error-event'
      | 'malformed-json'
      | 'second-finish'
      | 'text-after-end'
    >,
    FaultBehaviour
  >
> = {
  reset: cut(() => [{ kind: 'reset' }], 'reset'),
  'clean-close': cut(() => []),
  stall: cut(() => [{ kind: 'hang' }], 'hang'),
  'keep-alive-forever': cut(keepAlives),
  'error-event': cut((grammar, fault) =>
    grammar.failure('The sandbox was asked to fail in mid-stream.', fault.number('status')),
  ),
  'malformed-json': {
    frames: async function* (frames, grammar, fault) {
      let visible = 0;
      for await (const each of frames) {
        yield each;
        if (VISIBLE.has(each.kind)) visible += 1;
        if (VISIBLE.has(each.kind) && visible === fault.number('after')) yield broken(grammar);
      }
    },
  },
  'second-finish': {
    frames: async function* (frames) {
      let finished = false;
      for await (const each of frames) {
        yield each;
        // Where the protocol has no event of its own for the finish, its end is one.
        const finishes: boolean = each.kind === 'finish' || (each.kind === 'end' && !finished);
        if (finishes && isEvent(each)) yield each;
        finished ||= finishes;
      }
    },
  },
  'text-after-end': {
    frames: async function* (frames, grammar) {
      const late = frame('text', grammar.text(' after the end'));
      for await (const each of frames) {
        if (each.kind === 'hang') yield late;
        yield each;
        if (each.kind === 'hang') return;
      }
      yield late;
    },
  },
};
