import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Controls } from './controls.ts';
import type { AppliedFault } from './faults/fault-behaviour.ts';
import type { Pace } from './pace.ts';
import type { RequestEntry } from './request-log.ts';
import type { Phase, ServiceName } from './service.ts';
import type { AnswerOptions } from './speech.ts';

/** One request of a client and the way to answer it. */
export interface Exchange {
  readonly service: ServiceName;
  readonly phase: Phase;
  readonly method: string;
  /** Path below the service's origin. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The server's own host and port as the client named them. */
  readonly host: string;
  /** The path under which the service is reached: '' on its own origin, `/openai` and so on at the front. */
  readonly prefix: string;
  readonly controls: Controls;
  readonly answer: AnswerOptions;
  readonly fault: AppliedFault | undefined;
  readonly entry: RequestEntry;
  readonly response: ServerResponse;
  /** Aborted when the client has gone, or the sandbox closes. */
  readonly signal: AbortSignal;
  /** Aborted when the sandbox closes. */
  readonly closing: AbortSignal;
  /** Notes that the server itself is about to cut the connection. */
  readonly markCut: () => void;
  /** Where the foreign origin of the redirect faults is. */
  readonly elsewhere: string;
}

/** The pace that was asked for: by control header, else by option. */
export function paceOf(exchange: Exchange): Pace {
  const { controls, answer } = exchange;
  return {
    tokensPerSecond: controls.tokensPerSecond ?? answer.tokensPerSecond ?? 0,
    firstTokenMs: controls.firstTokenMs ?? answer.firstTokenMs ?? 0,
  };
}
