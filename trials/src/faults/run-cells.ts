import type { Cell, Judged } from './cell.ts';
import { type Lane, openLane } from './lane.ts';

/** How many cells run at the same time: most of them wait for sockets and short limits; at full size they compute. */
const lanes = { suite: 12, full: 4 };

/** Looks at every cell: some at once, each in a lane of its own, and then those that nothing may disturb. */
export async function runCells(cells: readonly Cell[], full: boolean): Promise<readonly Judged[]> {
  const most = lanes[full ? 'full' : 'suite'];
  return [
    ...(await inLanes(
      cells.filter(({ undisturbed }) => !undisturbed),
      full,
      most,
    )),
    ...(await inLanes(
      cells.filter(({ undisturbed }) => undisturbed),
      full,
      1,
    )),
  ];
}

async function inLanes(cells: readonly Cell[], full: boolean, atOnce: number): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    let lane: Lane | undefined;
    try {
      while (next < cells.length) {
        const at = next;
        next += 1;
        const { fault, subject, place, expected, observe } = cells[at] as Cell;
        lane ??= await openLane();
        const seen = await observed(observe, lane, full);
        judged[at] = { fault, subject, place, expected, seen };
        if (seen.broke === undefined) continue;
        // Something of it may still run: the next cell must not see that.
        await lane.close();
        lane = undefined;
      }
    } finally {
      await lane?.close();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return judged;
}

/** The longest that a cell may take, in milliseconds: what hangs is a result, and the others are to be seen, too. */
const longestCellMs = { suite: 120_000, full: 1_200_000 };

/** A cell that breaks is a result like any other: the rest of the matrix goes on. */
async function observed(observe: Cell['observe'], lane: Lane, full: boolean): Promise<Judged['seen']> {
  const late = Promise.withResolvers<never>();
  const mostMs = longestCellMs[full ? 'full' : 'suite'];
  const timer = setTimeout(() => late.reject(new Error(`no end within ${mostMs} ms`)), mostMs);
  try {
    return await Promise.race([observe(lane, full), late.promise]);
  } catch (error) {
    return { broke: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
