import { describe, expect, it } from 'vitest';
import { applyStopSequences } from './apply-stop-sequences.ts';
import type { ChatEventSource } from './chat-stream.ts';
import type { ChatEvent } from './events.ts';

type Step = readonly ChatEvent[] | Error;

const say = (text: string): ChatEvent => ({ type: 'text-delta', text });
const finish: ChatEvent = { type: 'finish', reason: 'length' };
const broken = new Error('broken');

/** A source that gives these events step by step; an error comes after the events of the step before. */
function source(steps: readonly Step[], late: boolean): ChatEventSource & { closed: string[] } {
  const rest = [...steps];
  const closed: string[] = [];
  const pull = (into: ChatEvent[]): boolean => {
    const step = rest.shift();
    if (step === undefined) return false;
    if (step instanceof Error) throw step;
    into.push(...step);
    if (rest[0] instanceof Error) throw rest[0];
    return true;
  };
  return {
    closed,
    pull: (into) => (late ? Promise.resolve().then(() => pull(into)) : pull(into)),
    close: (outcome) => void closed.push(outcome),
  };
}

interface Read {
  readonly events: readonly ChatEvent[];
  readonly error?: unknown;
  readonly closed: readonly string[];
}

async function read(steps: readonly Step[], stops: readonly string[], late = false): Promise<Read> {
  const inner = source(steps, late);
  const filtered = applyStopSequences(inner, stops);
  const events: ChatEvent[] = [];
  try {
    while (await filtered.pull(events)) if (events.some(({ type }) => type === 'finish')) break;
    await filtered.close('finished');
    return { events, closed: inner.closed };
  } catch (error) {
    await filtered.close('failed');
    return { events, error, closed: inner.closed };
  }
}

describe.each([
  ['whose events are here', false],
  ['whose events come late', true],
])('stop sequences on a source %s', (_how, late) => {
  it('end the answer before the first of them, and cancel the upstream', async () => {
    expect(
      await read(
        [
          [say('one '), say('tw')],
          [say('o three'), finish],
        ],
        ['two'],
        late,
      ),
    ).toEqual({
      events: [say('one '), { type: 'finish', reason: 'stop' }],
      closed: ['cancelled'],
    });
  });

  it('change nothing where none comes', async () => {
    expect(await read([[say('one tw')], [finish]], ['two'], late)).toEqual({
      events: [say('one '), say('tw'), finish],
      closed: ['finished'],
    });
  });

  it('let other events pass, text that was held back before what ends or calls', async () => {
    const call: ChatEvent = { type: 'tool-call', id: '1', name: 'f', arguments: '{}' };
    const raw: ChatEvent = { type: 'raw', value: 1 };
    expect((await read([[say('a tw'), raw, call, say('b'), finish]], ['two'], late)).events).toEqual([
      say('a '),
      raw,
      say('tw'),
      call,
      say('b'),
      finish,
    ]);
  });

  it('lose nothing that was held back when the answer breaks or has no end', async () => {
    expect(await read([[say('one tw')], broken], ['two'], late)).toEqual({
      events: [say('one '), say('tw')],
      error: broken,
      closed: ['failed'],
    });
    expect((await read([[say('one tw')]], ['two'], late)).events).toEqual([say('one '), say('tw')]);
  });

  it('make a failure behind them of no interest', async () => {
    expect(await read([[say('one two')], broken], ['two'], late)).toEqual({
      events: [say('one '), { type: 'finish', reason: 'stop' }],
      closed: ['cancelled'],
    });
  });
});
