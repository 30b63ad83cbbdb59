import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ChangeSignal } from './change-signal.ts';
import { ControlError, type Controls, readControls } from './controls.ts';
import type { Exchange } from './exchange.ts';
import type { ActiveFaults } from './faults/active-faults.ts';
import { readBody } from './request-body.ts';
import type { EndedBy, RequestEntry, RequestLog } from './request-log.ts';
import type { Phase, Service, ServiceName } from './service.ts';
import type { AnswerOptions } from './speech.ts';

/** One exchange in the log: no prompt, no credential. */
export interface ExchangeLogEntry {
  readonly service: ServiceName;
  readonly phase: Phase;
  readonly method: string;
  readonly path: string;
  readonly status: number | undefined;
  readonly fault: string | undefined;
  readonly endedBy: EndedBy;
  readonly milliseconds: number;
}

/** How many exchanges are not over. */
export interface StreamCount {
  open: number;
}

interface HandlerContext {
  readonly answer: () => AnswerOptions;
  readonly changes: ChangeSignal;
  readonly closing: AbortSignal;
  readonly elsewhere: () => string;
  readonly faults: ActiveFaults;
  readonly log: RequestLog;
  readonly logger: ((entry: ExchangeLogEntry) => void) | undefined;
  readonly maxBodyBytes: number;
  readonly streams: StreamCount;
}

/** Handles the requests of one service, which stands under the given prefix. */
export type HandlerOf = (
  service: Service,
  prefix: string,
) => (request: IncomingMessage, response: ServerResponse) => void;

/** What is known of a request from its head. */
interface Target {
  readonly service: ServiceName;
  readonly phase: Phase;
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

function targetOf(service: Service, prefix: string, request: IncomingMessage): Target {
  const { url = '/', method = 'GET' } = request;
  const queryAt = url.indexOf('?');
  const path = (queryAt < 0 ? url : url.slice(0, queryAt)).slice(prefix.length) || '/';
  const query = queryAt < 0 ? '' : url.slice(queryAt);
  return { service: service.name, phase: service.phaseOf(method, path), method, path, query };
}

function headerPairs({ rawHeaders }: IncomingMessage): (readonly [string, string])[] {
  return Array.from(
    { length: rawHeaders.length / 2 },
    (_, index) => [rawHeaders[2 * index] ?? '', rawHeaders[2 * index + 1] ?? ''] as const,
  );
}

/** A failure of the sandbox itself must look like one, and not like a fault of the service. */
function sendBug(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'text/plain', 'x-sandbox-bug': '1' });
  response.end(
    `The sandbox itself failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
  );
}

/** Answers what never reaches a service, and closes the connection: there may be more of a body to come. */
function refuse(entry: RequestEntry, response: ServerResponse, status: number, message: string): void {
  entry.update({ status });
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' });
  response.end(message);
}

/** Gives each connection a number, in the order of their first requests. */
function createConnectionNumbers(): (socket: Socket) => number {
  const numbers = new WeakMap<Socket, number>();
  let count = 0;
  return (socket) => {
    const known = numbers.get(socket);
    if (known !== undefined) return known;
    count += 1;
    numbers.set(socket, count);
    return count;
  };
}

/** Whose doing the end of an exchange was. */
interface End {
  /** Aborted when the answer is over, however it ended: also when the sandbox closes, which destroys sockets. */
  readonly signal: AbortSignal;
  readonly markCut: () => void;
  /** Calls back with the one who ended it. */
  onEnd(report: (endedBy: EndedBy) => void): void;
}

function watchEnd(response: ServerResponse, closing: AbortSignal): End {
  const over = new AbortController();
  let cut = false;
  response.once('close', () => over.abort());
  return {
    signal: over.signal,
    markCut: () => {
      cut = true;
    },
    onEnd: (report) => {
      const finish = (): void =>
        report(response.writableFinished || cut || closing.aborted ? 'server' : 'client');
      if (response.closed) finish();
      else response.once('close', finish);
    },
  };
}

/** Creates the function that turns requests into exchanges: reads, logs, applies faults, calls the service. */
export function createRequestHandler(context: HandlerContext): HandlerOf {
  const connectionOf = createConnectionNumbers();

  /** Writes the entry of a request, and ends it when the exchange is over. */
  function openEntry(target: Target, request: IncomingMessage, body: Buffer, end: End): RequestEntry {
    const startedMs = performance.now();
    const { streams, log, logger } = context;
    const { socket } = request;
    const entry = log.add({
      ...target,
      headers: request.headers,
      rawHeaders: headerPairs(request),
      bodyBytes: body,
      connection: connectionOf(socket),
      receivedAtMs: Date.now(),
      isSocketClosed: () => socket.destroyed,
    });
    end.onEnd((endedBy) => {
      streams.open -= 1;
      entry.update({ endedBy });
      const { service, phase, method, path, status, fault } = entry.request;
      const milliseconds = performance.now() - startedMs;
      logger?.({ service, phase, method, path, status, fault, endedBy, milliseconds });
    });
    return entry;
  }

  async function serve(service: Service, exchange: Exchange): Promise<void> {
    const { fault } = exchange;
    const takeOver = fault?.behaviour.takeOver;
    if (fault === undefined || takeOver === undefined) return service.handle(exchange);
    return takeOver(exchange, fault, (status) => service.errorBody(status, exchange.phase));
  }

  async function run(
    service: Service,
    prefix: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { closing, faults, streams } = context;
    streams.open += 1;
    const end = watchEnd(response, closing);
    const target = targetOf(service, prefix, request);
    const body = await readBody(request, context.maxBodyBytes);
    const bytes = 'bytes' in body ? body.bytes : Buffer.alloc(0);
    const entry = openEntry(target, request, bytes, end);
    if ('problem' in body) {
      if (body.problem === 'too large') refuse(entry, response, 413, 'The request is too large.');
      return;
    }
    let controls: Controls;
    try {
      controls = readControls(request.headers);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      refuse(entry, response, 400, error.message);
      return;
    }
    const fault = faults.take(service.name, target.phase, controls.fault);
    if (fault !== undefined) entry.update({ fault: fault.name });
    await serve(service, {
      ...target,
      query: new URLSearchParams(target.query),
      headers: request.headers,
      body: bytes,
      host: request.headers.host ?? '',
      prefix,
      controls,
      answer: context.answer(),
      fault,
      entry,
      response,
      signal: end.signal,
      closing,
      elsewhere: context.elsewhere(),
      markCut: end.markCut,
    });
    context.changes.emit();
  }

  return (service, prefix) => (request, response) => {
    run(service, prefix, request, response).catch((error: unknown) => sendBug(response, error));
  };
}
