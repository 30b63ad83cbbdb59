// A client's process: asks as often as it is told, and says what that cost.

import { serve } from '../process/serve.ts';
import type { Address, Client, Received } from './client.ts';
import { type ClientName, clients } from './clients/index.ts';
import type { Load, LoadCost } from './load.ts';

const client: Promise<Client> = clients[process.argv[2] as ClientName](
  JSON.parse(process.argv[3] ?? '') as Address,
);

serve({ run });

async function run({ calls, atOnce, expected }: Load): Promise<LoadCost> {
  const { ask } = await client;
  const firstTokenMs: number[] = [];
  let left = calls;
  const check = (received: Received): void => {
    const wrong = mistakeIn(received, expected);
    if (wrong !== undefined) throw new Error(`a wrong answer: ${wrong}`);
    if (received.firstTokenMs !== undefined) firstTokenMs.push(received.firstTokenMs);
  };
  const asker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      check(await ask());
    }
  };
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: Math.min(atOnce, calls) }, asker));
  const { user, system } = process.cpuUsage(before);
  return {
    cpuMicroseconds: user + system,
    wallMs: performance.now() - startedAt,
    // In kilobytes, whatever the system.
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
    firstTokenMs,
  };
}

/** Nobody wins by dropping something: the text and the number of its pieces must be what was sent. */
function mistakeIn({ text, pieces }: Received, expected: Load['expected']): string | undefined {
  if (text === undefined) {
    return pieces >= expected.leastBytes ? undefined : `${pieces} bytes of ${expected.leastBytes}`;
  }
  if (text !== expected.text) return `${text.length} characters of ${expected.text.length}, or others`;
  return pieces === expected.pieces ? undefined : `${pieces} pieces of ${expected.pieces}`;
}
