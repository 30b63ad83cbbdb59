import { expect, it, vi } from 'vitest';
import { CallScope } from './call-scope.ts';

it('tells a limit in whole milliseconds, also where it is what was left of another', async () => {
  vi.useFakeTimers();
  try {
    const scope = new CallScope({ timeout: 49.983856 });
    await vi.advanceTimersByTimeAsync(60);
    expect(scope.error).toMatchObject({
      code: 'deadline-exceeded',
      message: 'the call did not end within 50 ms (timeout.total)',
    });
  } finally {
    vi.useRealTimers();
  }
});
