/** Where a fault is met. */
export const places = ['alone', 'registry', 'gateway'] as const;

export type Place = (typeof places)[number];

/** What was seen, or is to be seen, in one cell: short words by the name of the question. */
export type Facts = { readonly [question: string]: string };

/** Whether two say the same. The order of questions does not count. */
export function sameFacts(one: Facts, other: Facts): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/** The questions that are answered otherwise, for people. */
export function differences(expected: Facts, seen: Facts): string {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(seen)])];
  return names
    .filter((name) => expected[name] !== seen[name])
    .map((name) => `${name}: expected ${expected[name] ?? 'nothing'}; seen: ${seen[name] ?? 'nothing'}`)
    .join(' | ');
}
