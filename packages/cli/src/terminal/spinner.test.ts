import { describe, expect, it } from 'vitest';
import { type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { createSpinner, type SpinnerClock } from './spinner.ts';

/** A clock that a test turns. */
function handTurned(): SpinnerClock & { pass(ms: number): void; readonly running: () => number } {
  let nowMs = 0;
  const ticking = new Set<{ readonly everyMs: number; dueMs: number; readonly tick: () => void }>();
  return {
    now: () => nowMs,
    every(everyMs, tick) {
      const entry = { everyMs, dueMs: nowMs + everyMs, tick };
      ticking.add(entry);
      return () => void ticking.delete(entry);
    },
    pass(ms) {
      const endMs = nowMs + ms;
      while (nowMs < endMs) {
        nowMs += 1;
        for (const entry of ticking) {
          if (entry.dueMs !== nowMs) continue;
          entry.dueMs += entry.everyMs;
          entry.tick();
        }
      }
    },
    running: () => ticking.size,
  };
}

const erase = '\r\u001b[2K';

function spinning(options: FakeIoOptions = {}) {
  const io = fakeIo({ terminal: ['stdin', 'stdout', 'stderr'], ...options });
  const clock = handTurned();
  return { io, clock, spinner: createSpinner(io, clock) };
}

describe('a spinner', () => {
  it('turns while it waits, tells the seconds, and leaves an empty line', () => {
    const { io, clock, spinner } = spinning();
    spinner.start('waiting for an answer');
    clock.pass(310);
    expect(io.stderr.text).toBe(`${erase}⠋ waiting for an answer${erase}⠙ waiting for an answer`);
    clock.pass(1_800);
    expect(io.stderr.text.endsWith('waiting for an answer 2 s')).toBe(true);
    spinner.stop();
    expect(io.stderr.text.endsWith(erase)).toBe(true);
    expect(clock.running()).toBe(0);
    const { text } = io.stderr;
    spinner.stop();
    expect(io.stderr.text).toBe(text);
  });

  it('shows nothing of a wait that is over at once', () => {
    const { io, clock, spinner } = spinning();
    spinner.start('waiting');
    clock.pass(150);
    spinner.stop();
    expect(io.stderr.text).toBe('');
  });

  it('keeps to one line of a narrow terminal', () => {
    const { io, clock, spinner } = spinning();
    spinner.start('x'.repeat(200));
    clock.pass(210);
    expect(io.stderr.text.slice(erase.length)).toHaveLength(io.stderr.columns - 1);
    spinner.stop();
  });

  it('has plain shapes on the console of Linux', () => {
    const { io, clock, spinner } = spinning({ env: { TERM: 'linux' } });
    spinner.start('waiting');
    clock.pass(210);
    expect(io.stderr.text).toBe(`${erase}- waiting`);
    spinner.stop();
  });

  it.each<[string, FakeIoOptions]>([
    ['where stderr is a file', { terminal: ['stdin', 'stdout'] }],
    ['before a pipe', { terminal: ['stdin', 'stderr'] }],
    ['with TERM=dumb', { env: { TERM: 'dumb' } }],
    ['in CI', { env: { CI: 'true' } }],
  ])('is not there %s', (_where, options) => {
    const { io, clock, spinner } = spinning(options);
    spinner.start('waiting');
    clock.pass(5_000);
    spinner.stop();
    expect(io.stderr.text).toBe('');
    expect(clock.running()).toBe(0);
  });
});
