import type { Io } from './io.ts';

/** Says that something is being waited for, on a line that is gone before anything else is printed. */
export interface Spinner {
  /** Begins to wait. Nothing is shown of a wait that is over at once. */
  start(waitingFor: string): void;
  /** Takes away what is shown. May be called at any time. */
  stop(): void;
}

/** What a spinner knows of time: both as Node has them, in milliseconds. */
export interface SpinnerClock {
  readonly now: () => number;
  /** Calls back again and again; the function returned ends that. */
  readonly every: (intervalMs: number, tick: () => void) => () => void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** The console of Linux has no Braille. */
const plainFrames = ['-', '\\', '|', '/'];
const intervalMs = 100;
/** A shorter wait would only flicker. */
const shownAfterMs = 200;

/** Back to the beginning of the line, and erase it (ECMA-48: CR, EL 2). */
const eraseLine = '\r\u001b[2K';

const systemClock: SpinnerClock = {
  now: () => performance.now(),
  every(intervalMs, tick) {
    const timer = setInterval(tick, intervalMs);
    return () => clearInterval(timer);
  },
};

/** Where nothing is to be seen. */
export const silentSpinner: Spinner = { start() {}, stop() {} };

/**
 * A spinner on stderr, with the seconds that the wait has taken. It shows nothing unless both outputs are terminals that can
 * erase a line and somebody looks at them: not with TERM=dumb, in CI, or before a pipe. The cursor stays as it is: a command
 * that is killed leaves nothing behind.
 */
export function createSpinner(
  { stdout, stderr, env }: Pick<Io, 'stdout' | 'stderr' | 'env'>,
  clock: SpinnerClock = systemClock,
): Spinner {
  if (!stdout.isTTY || !stderr.isTTY || env.TERM === 'dumb' || isContinuousIntegration(env))
    return silentSpinner;
  const shapes = env.TERM === 'linux' ? plainFrames : frames;
  let end: (() => void) | undefined;
  let visible = false;
  const stop = (): void => {
    end?.();
    end = undefined;
    if (visible) stderr.write(eraseLine);
    visible = false;
  };
  return {
    stop,
    start(waitingFor) {
      stop();
      const startedAt = clock.now();
      let ticks = 0;
      end = clock.every(intervalMs, () => {
        const waitedMs = clock.now() - startedAt;
        if (waitedMs < shownAfterMs) return;
        const seconds = waitedMs < 1_000 ? '' : ` ${Math.floor(waitedMs / 1_000)} s`;
        const line = `${shapes[ticks % shapes.length]} ${waitingFor}${seconds}`;
        ticks += 1;
        visible = true;
        // A line that wraps would not be erased as a whole.
        stderr.write(`${eraseLine}${line.slice(0, (stderr.columns ?? 80) - 1)}`);
      });
    },
  };
}

/** As https://docs.github.com, GitLab and the others have it: CI is set, and not to a no. */
function isContinuousIntegration({ CI }: Io['env']): boolean {
  return CI !== undefined && CI !== '' && CI !== '0' && CI !== 'false';
}
