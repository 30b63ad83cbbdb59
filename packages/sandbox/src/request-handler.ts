import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ChangeSignal } from './change-signal.ts';
import { ControlError, type Controls, readControls } from './controls.ts';
import type { Exchange } from './exchange.ts';
import type { ActiveFaults } from './faults/active-faults.ts';
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

/** What came of reading a body. */
type BodyResult = { readonly bytes: Buffer } | { readonly problem: 'too large' | 'client gone' };

/** Reads the whole body. One that is too large is left unread, so that it can still be answered. */
function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyResult> {
  const { promise, resolve } = Promise.withResolvers<BodyResult>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else {
      request.pause();
      resolve({ problem: 'too large' });
    }
  });
  request.once('end', () => resolve({ bytes: Buffer.concat(chunks) }));
  request.once('error', () => resolve({ problem: 'client gone' }));
  request.once('close', () => resolve({ problem: 'client gone' }));
  return promise;
}

function headerPairs(request: IncomingMessage): (readonly [string, string])[] {
  const { rawHeaders } = request;
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

/** Creates the function that turns requests into exchanges: reads, logs, applies faults, calls the service. */
export function createRequestHandler(context: HandlerContext): HandlerOf {
  const connections = new WeakMap<Socket, number>();
  let connectionCount = 0;
  const connectionOf = (socket: Socket): number => {
    const known = connections.get(socket);
    if (known !== undefined) return known;
    connectionCount += 1;
    connections.set(socket, connectionCount);
    return connectionCount;
  };

  async function run(
    service: Service,
    prefix: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const { changes, closing, streams, log } = context;
    const startedMs = performance.now();
    const gone = new AbortController();
    streams.open += 1;
    // Also aborted when the sandbox closes, as that destroys the sockets.
    response.once('close', () => gone.abort());
    const connection = connectionOf(request.socket);
    const target = request.url ?? '/';
    const queryAt = target.indexOf('?');
    const path = (queryAt < 0 ? target : target.slice(0, queryAt)).slice(prefix.length) || '/';
    const query = queryAt < 0 ? '' : target.slice(queryAt);
    const method = request.method ?? 'GET';
    const phase = service.phaseOf(method, path);

    const body = await readBody(request, context.maxBodyBytes);
    const entry = log.add({
      service: service.name,
      phase,
      method,
      path,
      query,
      headers: request.headers,
      rawHeaders: headerPairs(request),
      bodyBytes: 'bytes' in body ? body.bytes : Buffer.alloc(0),
      connection,
      receivedAtMs: Date.now(),
      isSocketClosed: () => request.socket.destroyed,
    });
    const finish = (): void => {
      const endedBy = response.writableFinished || cutByServer || closing.aborted ? 'server' : 'client';
      streams.open -= 1;
      entry.update({ endedBy });
      const { status, fault } = entry.request;
      const milliseconds = performance.now() - startedMs;
      context.logger?.({ service: service.name, phase, method, path, status, fault, endedBy, milliseconds });
    };
    let cutByServer = false;
    if (response.closed) finish();
    else response.once('close', finish);
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
    const fault = context.faults.take(service.name, phase, controls.fault);
    if (fault !== undefined) entry.update({ fault: fault.name });
    const exchange: Exchange = {
      service: service.name,
      phase,
      method,
      path,
      query: new URLSearchParams(query),
      headers: request.headers,
      body: body.bytes,
      host: request.headers.host ?? '',
      prefix,
      controls,
      answer: context.answer(),
      fault,
      entry,
      response,
      signal: gone.signal,
      closing,
      elsewhere: context.elsewhere(),
      markCut: () => {
        cutByServer = true;
      },
    };
    const takeOver = fault?.behaviour.takeOver;
    if (fault !== undefined && takeOver !== undefined)
      await takeOver(exchange, fault, (status) => service.errorBody(status, phase));
    else await service.handle(exchange);
    changes.emit();
  }

  return (service, prefix) => (request, response) => {
    run(service, prefix, request, response).catch((error: unknown) => sendBug(response, error));
  };
}
