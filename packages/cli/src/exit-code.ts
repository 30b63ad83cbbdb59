import type { EndSignal } from './terminal/io.ts';

/** What the command tells its caller. */
export const exitCodes = {
  /** Done. Also when the reader of a pipe has left (`| head -1`). */
  ok: 0,
  /** Asked, and it failed. */
  failure: 1,
  /** The command line or its input is wrong; nothing was sent. */
  usage: 2,
  /** Ctrl-C. */
  interrupted: 130,
  /** The terminal was closed: SIGHUP. */
  hungUp: 129,
  /** SIGTERM. */
  terminated: 143,
} as const;

/** The exit code of a command that a signal ended: 128 and its number, as shells have it. */
export const exitCodeOf: { readonly [Signal in EndSignal]: number } = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.hungUp,
};

/** The codes for `--help`. */
export const exitCodesHelp = `Exit codes:
  0    done
  1    asked, and it failed
  2    the command line, its input or the configuration is wrong: nothing was sent
  130  interrupted (Ctrl-C); 143: ended by SIGTERM; 129: the terminal was closed`;
