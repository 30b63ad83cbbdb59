import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far the clock of a client may be off, in seconds. FlowGPT's own limit is not known. */
const CLOCK_TOLERANCE_S = 5 * 60;

/** How many nonces are remembered. */
const REMEMBERED_NONCES = 100_000;

/** Computes the signature that a request must have: MD5 of timestamp, nonce and Authorization. */
export function signatureOf(timestamp: string, nonce: string, authorization: string): string {
  return createHash('md5').update(`${timestamp}-${nonce}-${authorization}`).digest('hex');
}

/** Why a request is not let in. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** The shape of each header. */
const SHAPES = {
  authorization: /^Bearer \S+$/u,
  'x-flow-device-id': /^f-[a-z0-9]{19}$/u,
  'x-nonce': /^[0-9a-f]{32}$/u,
  'x-signature': /^[0-9a-f]{32}$/u,
  'x-timestamp': /^\d{9,11}$/u,
} as const;

/** Checks the signed headers of requests and refuses a nonce that was used before. */
export interface SignatureCheck {
  /** Undefined when the request may come in. The time is Unix time in milliseconds. */
  check(headers: IncomingHttpHeaders, nowMs: number): Refusal | undefined;
  forget(): void;
}

/** Creates a {@link SignatureCheck}. */
export function createSignatureCheck(): SignatureCheck {
  const nonces = new Set<string>();
  return {
    check: (headers, nowMs) => {
      const value = (name: keyof typeof SHAPES): string => String(headers[name] ?? '');
      for (const [name, shape] of Object.entries(SHAPES)) {
        const given = headers[name];
        if (given === undefined) return { status: 401, message: `missing header ${name}` };
        if (!shape.test(String(given))) return { status: 401, message: `malformed header ${name}` };
      }
      const timestamp = value('x-timestamp');
      const nonce = value('x-nonce');
      if (Math.abs(nowMs / 1000 - Number(timestamp)) > CLOCK_TOLERANCE_S) {
        return { status: 401, message: 'timestamp expired' };
      }
      if (value('x-signature') !== signatureOf(timestamp, nonce, value('authorization'))) {
        return { status: 401, message: 'invalid signature' };
      }
      if (nonces.has(nonce)) return { status: 401, message: 'nonce already used' };
      nonces.add(nonce);
      if (nonces.size > REMEMBERED_NONCES) nonces.delete(nonces.values().next().value ?? '');
      return undefined;
    },
    forget: () => nonces.clear(),
  };
}
