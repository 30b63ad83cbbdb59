import type { IncomingHttpHeaders } from 'node:http';
import type { ChangeSignal } from './change-signal.ts';
import type { Phase, ServiceName } from './service.ts';

/** Who ended an exchange: the server by finishing (or cutting) its answer, or the client by leaving. */
export type EndedBy = 'server' | 'client';

/** One request as it arrived, and what became of it. The last five fields change while it is answered. */
export interface ReceivedRequest {
  /** 1 for the first request of the sandbox, in order of arrival. */
  readonly number: number;
  readonly service: ServiceName;
  readonly phase: Phase;
  readonly method: string;
  /** Path below the service's origin, without the query. */
  readonly path: string;
  /** Query with its `?`, or ''. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  /** Names and values in the order and letter case of the wire. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** The body as it came. */
  readonly bodyBytes: Buffer;
  /** The body as UTF-8 text. */
  readonly body: string;
  /** Which connection it came on: 1 for the first connection of the sandbox. */
  readonly connection: number;
  /** Unix time in milliseconds. */
  readonly receivedAtMs: number;
  /** The body as JSON. Throws a SyntaxError when it is none. */
  json(): unknown;
  /** The fault that was applied, if any. */
  readonly fault: string | undefined;
  /** The status that was sent, once it was sent. */
  readonly status: number | undefined;
  /** What the service set out to say, for requests that generate. */
  readonly answer: string | undefined;
  /** Who ended it; undefined while it is being answered. */
  readonly endedBy: EndedBy | undefined;
  /** True once the connection it came on is closed. */
  readonly socketClosed: boolean;
  /** Resolves when the exchange is over. */
  readonly ended: Promise<EndedBy>;
}

/** The side of a {@link ReceivedRequest} that the sandbox writes. */
export interface RequestEntry {
  readonly request: ReceivedRequest;
  update(fields: Partial<Pick<ReceivedRequest, 'fault' | 'status' | 'answer' | 'endedBy'>>): void;
}

/** What is known of a request when it has been read. */
export type RequestFacts = Omit<
  ReceivedRequest,
  'number' | 'body' | 'json' | 'fault' | 'status' | 'answer' | 'endedBy' | 'socketClosed' | 'ended'
> & { readonly isSocketClosed: () => boolean };

/** The log of received requests: the newest `limit` of them. */
export interface RequestLog {
  readonly requests: readonly ReceivedRequest[];
  add(facts: RequestFacts): RequestEntry;
  clear(): void;
}

/** Creates a {@link RequestLog}. Each change is announced. */
export function createRequestLog(limit: number, changes: ChangeSignal): RequestLog {
  const requests: ReceivedRequest[] = [];
  let count = 0;
  return {
    requests,
    clear: () => {
      requests.length = 0;
    },
    add: ({ isSocketClosed, ...facts }) => {
      count += 1;
      const { promise, resolve } = Promise.withResolvers<EndedBy>();
      const body = facts.bodyBytes.toString('utf8');
      const request = {
        ...facts,
        number: count,
        body,
        json: (): unknown => JSON.parse(body),
        fault: undefined,
        status: undefined,
        answer: undefined,
        endedBy: undefined,
        get socketClosed() {
          return isSocketClosed();
        },
        ended: promise,
      };
      requests.push(request);
      if (requests.length > limit) requests.shift();
      changes.emit();
      return {
        request,
        update: (fields) => {
          Object.assign(request, fields);
          if (fields.endedBy !== undefined) resolve(fields.endedBy);
          changes.emit();
        },
      };
    },
  };
}
