import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CallScope } from './call-scope.ts';
import { openChatStream } from './open-chat-stream.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

const callBytes = 64 * 1024;

/** One whole call whose source holds as much as a call does. */
async function call(): Promise<void> {
  const bytes = new Array<number>(callBytes / 8).fill(0.5);
  const stream = await openChatStream({
    provider: 'test',
    scope: new CallScope(),
    open: () => ({
      pull(into) {
        into.push(
          { type: 'text-delta', text: 'Hi' },
          { type: 'finish', reason: bytes[0] ? 'stop' : 'other' },
        );
        return true;
      },
      close() {},
    }),
  });
  await stream.result();
}

test('a call that has ended is gone with the next small collection, not with the next full one', async () => {
  const calls = 500;
  await call();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let made = 0; made < calls; made += 1) {
    await call();
    if (made % 50 !== 49) continue;
    // What a weak reference was made to lives to the end of its turn.
    await nextTurn();
    for (let times = 0; times < 3; times += 1) collect({ type: 'minor' });
  }
  const kept = (process.memoryUsage().heapUsed - before) / calls;
  expect(kept).toBeLessThan(callBytes / 4);
});
