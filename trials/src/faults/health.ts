import { ChatError, type ChatProvider } from '@sluice/core';

/** Whoever asks as this user meets a failure that counts as one, and no upstream: what comes then shows in the success rate. */
export const seed = 'seed';

/** A provider that fails for `seed`, and is itself for everybody else. */
export function seedable(provider: ChatProvider): ChatProvider {
  return {
    ...provider,
    stream: (request, options) =>
      request.user === seed
        ? Promise.reject(new ChatError('truncated', 'a failure to begin with'))
        : provider.stream(request, options),
  };
}

/** Two good ends are imagined for a target that was never tried (`health/target-health.ts` of the registry). */
const imagined = 2;
const seeded = 1;

/** What a success rate tells of so many attempts after the failure to begin with. */
export function healthInWords(rate: number, tries: number): string {
  const rateOf = (good: number, bad: number): number => (good + imagined) / (good + bad + seeded + imagined);
  const all = [
    ['success', rateOf(tries, 0)],
    ['not counted', rateOf(0, 0)],
    ['half', rateOf(0, tries / 2)],
    ['failure', rateOf(0, tries)],
  ] as const;
  const distance = (each: (typeof all)[number]): number => Math.abs(each[1] - rate);
  return all.reduce((best, each) => (distance(each) < distance(best) ? each : best))[0];
}
