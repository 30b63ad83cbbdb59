import type { IncomingHttpHeaders } from 'node:http';
import { type FaultRequest, parseFault } from './faults/fault-request.ts';

/** What a request asks of the sandbox itself, by `x-sandbox-*` headers. */
export interface Controls {
  readonly tokensPerSecond?: number;
  readonly firstTokenMs?: number;
  readonly answerTokens?: number;
  readonly seed?: number;
  readonly unicode?: boolean;
  readonly fault?: FaultRequest;
}

/** The control headers and what each does. */
export const CONTROL_HEADERS = {
  'x-sandbox-fault': 'A fault by name, with parameters: `stall; after=3`.',
  'x-sandbox-tokens-per-second': 'Token rate. 0 or `Infinity`: as fast as possible.',
  'x-sandbox-first-token-ms': 'Wait before the first token, in milliseconds.',
  'x-sandbox-tokens': 'Length of the answer in tokens.',
  'x-sandbox-seed': 'Another seed, another answer.',
  'x-sandbox-unicode': '`1` adds non-ASCII text and emoji, `0` leaves it out.',
} as const;

/** A control header that makes no sense. The sandbox answers it with 400: a typo must not pass for a success. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

function numeric(headers: IncomingHttpHeaders, name: keyof typeof CONTROL_HEADERS): number | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (value === '' || Number.isNaN(parsed) || parsed < 0) {
    throw new ControlError(`${name}: expected a number that is not negative.`);
  }
  return parsed;
}

/**
 * Reads the control headers of a request.
 * @throws {ControlError} When a value is not understood.
 */
export function readControls(headers: IncomingHttpHeaders): Controls {
  const tokensPerSecond = numeric(headers, 'x-sandbox-tokens-per-second');
  const firstTokenMs = numeric(headers, 'x-sandbox-first-token-ms');
  const answerTokens = numeric(headers, 'x-sandbox-tokens');
  const seed = numeric(headers, 'x-sandbox-seed');
  const unicode = headers['x-sandbox-unicode'];
  const fault = headers['x-sandbox-fault'];
  return {
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    ...(answerTokens !== undefined && { answerTokens }),
    ...(seed !== undefined && { seed }),
    ...(unicode !== undefined && { unicode: unicode !== '0' }),
    ...(fault !== undefined && { fault: faultFrom(String(fault)) }),
  };
}

function faultFrom(value: string): FaultRequest {
  try {
    return parseFault(value);
  } catch (error) {
    throw new ControlError(`x-sandbox-fault: ${error instanceof Error ? error.message : String(error)}`);
  }
}
