import { describe, expect, it } from 'vitest';
import { CallScope } from './call-scope.ts';
import { ChatError } from './chat-error.ts';
import { collect } from './chat-result.ts';
import { failureOf } from './echo-codec.fixture.ts';
import type { ChatEvent } from './events.ts';
import { openChatStream } from './open-chat-stream.ts';

const beginsAgain: readonly ChatEvent[] = [
  { type: 'response-metadata', id: 'one', model: 'm-1' },
  { type: 'reasoning-delta', text: 'hm' },
  { type: 'text-delta', text: 'half an ' },
  { type: 'source', url: 'https://example.com' },
  { type: 'warning', code: 'restarted', message: 'the answer begins again' },
  { type: 'text-delta', text: 'a whole' },
];

it('an answer without an end is given up, and its stream left', async () => {
  const piece = 'x'.repeat(2 ** 20);
  let left = false;
  async function* endless(): AsyncGenerator<ChatEvent> {
    try {
      while (true) yield { type: 'text-delta', text: piece };
    } finally {
      left = true;
    }
  }
  expect(await failureOf(collect(endless()))).toMatchObject({
    code: 'invalid-response',
    partial: { complete: true },
  });
  expect(left).toBe(true);
});

describe('an answer that begins again', () => {
  it('is collected without what came before, but with the warning', async () => {
    const events = async function* (): AsyncGenerator<ChatEvent> {
      yield* [...beginsAgain, { type: 'finish', reason: 'stop' } as const];
    };
    const result = await collect(events());
    expect(result).toMatchObject({ text: 'a whole', reasoning: '', sources: [] });
    expect(result.id).toBeUndefined();
    expect(result.warnings).toHaveLength(1);
  });

  it('that fails again has as its partial answer only what came since', async () => {
    const batches: (readonly ChatEvent[])[] = [beginsAgain];
    const stream = await openChatStream({
      provider: 'test',
      scope: new CallScope(),
      open: () => ({
        pull(into) {
          const batch = batches.shift();
          if (!batch) throw new ChatError('network', 'gone');
          into.push(...batch);
          return true;
        },
        close() {},
      }),
    });
    const read = async (): Promise<void> => {
      for await (const _event of stream);
    };
    expect((await failureOf(read())).partial).toMatchObject({ text: 'a whole', reasoning: '' });
  });
});

it('an event of a newer version is passed by, and the answer is whole', async () => {
  async function* newer(): AsyncGenerator<ChatEvent> {
    yield { type: 'text-delta', text: 'whole' };
    yield { type: 'of-tomorrow', value: 1 } as unknown as ChatEvent;
    yield { type: 'finish', reason: 'of-tomorrow' as 'other' };
  }
  expect(await collect(newer())).toMatchObject({ text: 'whole', finishReason: 'of-tomorrow' });
});
