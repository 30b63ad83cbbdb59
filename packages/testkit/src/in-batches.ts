/** Runs a task so many times, some of them at once. The first failure counts. */
export async function inBatches(
  count: number,
  run: (index: number) => Promise<void>,
  atOnce = 8,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await run(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}
