import type { RouteDecision, Usage, WarningEvent } from '@sluice/core';
import type { FailureCode } from './failure.ts';

/** How a request ended. `client-gone`: the client closed its connection first. `cut`: the drain time was over. */
export type Ending = 'answered' | 'refused' | 'failed' | 'client-gone' | 'cut' | 'slow-reader';

/**
 * What is known of one request: filled in as it goes on, read once by the log and the metrics when it is over. It holds no
 * prompt and no key.
 */
export interface RequestRecord {
  readonly id: string;
  readonly method: string;
  /** The route's pattern, never the address itself: that would have no bound. */
  readonly endpoint: string;
  /** A monotonic clock's, in milliseconds. */
  readonly startedAt: number;
  /** Aborted when the client is gone or the gateway cuts the request off. */
  readonly abort: AbortController;
  /** Name of the caller's key. */
  key?: string;
  /** It holds one of the places of its key. */
  hasPlace?: boolean;
  /** What was asked for. */
  model?: string;
  stream?: boolean;
  route?: RouteDecision | undefined;
  /** From the request to the commit point, in milliseconds. */
  firstTokenMs?: number;
  usage?: Usage | undefined;
  warnings: WarningEvent[];
  code?: FailureCode;
  ending: Ending | undefined;
}
