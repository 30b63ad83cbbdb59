import { ChatError } from '@sluice/core';
import { ConfigError } from '@sluice/registry/config';

/** What the log says of an error. */
export interface LoggedError {
  readonly type: string;
  /** Absent where it may hold text of a call. */
  readonly message?: string;
  readonly code?: string;
  /** The frames alone: a stack begins with the message. */
  readonly frames: readonly string[];
  readonly cause?: LoggedError;
}

/** The most frames, and the longest chain of causes, that a line has. */
const mostFrames = 12;
const deepest = 3;

/**
 * An error as it may stand in a log. Our own errors hold no prompt and no credential; anybody else's message may, so of those
 * only the name and the place are told.
 */
export function errorForLog(thrown: unknown, depth = 0): LoggedError {
  if (!(thrown instanceof Error)) return { type: typeof thrown, frames: [] };
  const { name, message, stack = '', cause, code } = thrown as Error & { readonly code?: unknown };
  const isOurs = ChatError.is(thrown) || thrown instanceof ConfigError;
  return {
    type: name,
    ...(isOurs ? { message } : {}),
    ...(typeof code === 'string' ? { code } : {}),
    frames: stack
      .split('\n')
      .filter((line) => /^ +at /.test(line))
      .slice(0, mostFrames)
      .map((line) => line.trim()),
    ...(cause === undefined || depth >= deepest ? {} : { cause: errorForLog(cause, depth + 1) }),
  };
}
