import type { ChatEvent } from '@sluice/core';
import type { EventDecoder, HttpBody } from '@sluice/core/http';
import { describe, expect, it } from 'vitest';
import { answerSource } from './answer-source.ts';

/** A body of these chunks, some of which are waited for, that tells how it was let go. */
function bodyOf(chunks: readonly (string | Promise<string>)[]): HttpBody & { readonly let: string[] } {
  const left = [...chunks];
  const let_: string[] = [];
  return {
    let: let_,
    read() {
      const chunk = left.shift();
      if (chunk === undefined) return undefined;
      return typeof chunk === 'string' ? Buffer.from(chunk) : chunk.then((late) => Buffer.from(late));
    },
    text: async () => '',
    beginning: async () => '',
    release: () => void let_.push('released'),
    abort: () => void let_.push('aborted'),
  };
}

/** Every letter is an event, a dot is none. */
const letters: EventDecoder = {
  push(chunk, into) {
    for (const letter of Buffer.from(chunk).toString().replaceAll('.', '')) {
      into.push({ type: 'text-delta', text: letter });
    }
  },
  end(into) {
    into.push({ type: 'finish', reason: 'stop' });
  },
};

function sourceOf(
  chunks: readonly (string | Promise<string>)[],
  endsByItself = true,
): { readonly source: ReturnType<typeof answerSource>; readonly let: string[]; readonly closed: string[] } {
  const body = bodyOf(chunks);
  const closed: string[] = [];
  const source = answerSource({
    body,
    decoder: letters,
    first: [{ type: 'response-metadata', id: 'c' }],
    endsByItself: () => endsByItself,
    onClose: async (outcome) => void closed.push(outcome),
  });
  return { source, let: body.let, closed };
}

describe('the events of a reply', () => {
  it('come after the first ones, one pull for as many chunks as it takes', async () => {
    const { source } = sourceOf(['.', '..', 'ab', Promise.resolve('.'), '.', 'c']);
    const pulled: ChatEvent[][] = [];
    for (let each = 0; each < 4; each += 1) {
      const into: ChatEvent[] = [];
      expect(await source.pull(into)).toBe(true);
      pulled.push(into);
    }
    expect(pulled).toEqual([
      [{ type: 'response-metadata', id: 'c' }],
      [
        { type: 'text-delta', text: 'a' },
        { type: 'text-delta', text: 'b' },
      ],
      [{ type: 'text-delta', text: 'c' }],
      [{ type: 'finish', reason: 'stop' }],
    ]);
  });

  it('come without a promise where the bytes are here', () => {
    const { source } = sourceOf(['.', 'a']);
    expect([source.pull([]), source.pull([])]).toEqual([true, true]);
  });

  it('are given up where megabytes bring none that a user would see, and not after one', async () => {
    const megabyte = '.'.repeat(1024 * 1024);
    const silent = sourceOf(Array.from({ length: 33 }, () => megabyte)).source;
    await silent.pull([]);
    expect(() => silent.pull([])).toThrow('no answer');
    const said = sourceOf(['a', ...Array.from({ length: 33 }, () => megabyte), 'b']).source;
    for (let each = 0; each < 2; each += 1) await said.pull([]);
    const last: ChatEvent[] = [];
    await said.pull(last);
    expect(last).toEqual([{ type: 'text-delta', text: 'b' }]);
  });

  it.each([
    ['finished', true, 'released'],
    // Waiting for an end that never comes would only keep the socket.
    ['finished', false, 'aborted'],
    ['cancelled', true, 'aborted'],
    ['failed', true, 'aborted'],
  ] as const)(
    'that are %s leave their connection (ends by itself: %s) %s',
    async (outcome, byItself, how) => {
      const { source, let: gone, closed } = sourceOf([], byItself);
      await source.close(outcome);
      expect([gone, closed]).toEqual([[how], [outcome]]);
    },
  );
});
