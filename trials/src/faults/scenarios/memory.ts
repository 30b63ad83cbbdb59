import { nothingLeft } from '../expected-facts.ts';
import type { Facts } from '../facts.ts';
import { collectGarbage } from '../garbage.ts';
import type { Scenario, Stage } from '../stage.ts';
import { question } from '../wire-cell.ts';

/** How many events are read between two measurements, and how many measurements there are after the first. */
const events = { suite: 15_000, full: 250_000 };
const windows = 4;

/** A leak of one object an event is at least 50 bytes for each; what is left is what the collector has not come to. */
const mostBytesAnEvent = 30;

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** An endless answer, read for long: what was read must be gone (rule 11). */
async function readForLong(stage: Stage): Promise<Facts> {
  stage.strike({ name: 'endless' });
  const provider = stage.createProvider();
  const each = events[stage.full ? 'full' : 'suite'];
  const stream = await provider.stream(question);
  const used: number[] = [];
  let read = 0;
  for await (const _text of stream.textStream) {
    read += 1;
    if (read % each === 0) used.push(usedBytes());
    if (used.length > windows) break;
  }
  await provider.close();
  const { left } = await stage.left();
  // What leaks grows in every window; what only moves, such as code that was compiled, does not.
  const grown = Math.min(...used.slice(1).map((bytes, at) => bytes - (used[at] ?? 0)));
  const perEvent = Math.round(grown / each);
  return { memory: perEvent < mostBytesAnEvent ? 'flat' : `grew by ${perEvent} bytes an event`, left };
}

const elsewhere = 'who reads on keeps nothing either; there, what is read ahead is held back: 63';

/** The second half of fault 54. */
export const memoryScenario: Scenario = {
  number: '54',
  group: 'size',
  fault: 'an endless stream that is read for long',
  undisturbed: true,
  play: readForLong,
  ends: { alone: { memory: 'flat', left: nothingLeft }, registry: elsewhere, gateway: elsewhere },
};
