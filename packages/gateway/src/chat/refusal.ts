import type { Failure } from './failure.ts';

/** What the door itself refuses, before a provider is asked, and the status that it answers. */
const statuses = {
  'bad-parameter': 400,
  'unsupported-parameter': 400,
  'broken-json': 400,
  'bad-request': 400,
  'no-key': 401,
  'wrong-key': 401,
  'not-allowed': 403,
  'wrong-host': 403,
  'no-such-model': 404,
  'unknown-path': 404,
  'unknown-method': 405,
  'slow-request': 408,
  'body-too-large': 413,
  'wrong-content-type': 415,
  'unknown-expectation': 417,
  'too-many-requests': 429,
  'too-many-at-once': 429,
  'headers-too-large': 431,
  busy: 503,
  'shutting-down': 503,
} as const;

/** Why the door refused a request. */
export type RefusalCode = keyof typeof statuses;

/** What may be said beside the message. */
export interface RefusalDetails {
  readonly param?: string;
  /** In milliseconds. */
  readonly retryAfterMs?: number;
  readonly headers?: { readonly [name: string]: string };
}

/** The door says no. Thrown by hooks and handlers; each wire writes it in its own shape. */
export class Refusal extends Error implements Failure {
  override readonly name: string = 'Refusal';
  readonly code: RefusalCode;
  readonly status: number;
  declare readonly param?: string;
  declare readonly retryAfterMs?: number;
  declare readonly headers?: { readonly [name: string]: string };

  constructor(code: RefusalCode, message: string, details: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.status = statuses[code];
    Object.assign(this, details);
  }
}
