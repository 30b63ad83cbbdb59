import pc from 'picocolors';
import type { Io, OutputStream } from './io.ts';

/** The few styles of the command; each gives its text back unchanged where there is no colour. */
export interface Colours {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/**
 * Colours for a stream. `--no-color` and NO_COLOR (https://no-color.org) switch them off, FORCE_COLOR on; otherwise a
 * terminal that is not `dumb` has them.
 */
export function coloursFor(stream: OutputStream, env: Io['env'], wanted?: boolean): Colours {
  return pc.createColors(hasColours(stream, env, wanted));
}

function hasColours(stream: OutputStream, env: Io['env'], wanted = true): boolean {
  if (!wanted || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stream.isTTY === true && env.TERM !== 'dumb';
}
