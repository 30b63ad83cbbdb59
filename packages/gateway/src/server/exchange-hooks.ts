import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../chat/refusal.ts';
import type { RequestRecord } from '../chat/request-record.ts';
import { accessLine } from './access-line.ts';
import type { Exchange } from './exchanges.ts';
import type { InnerControl } from './gateway-control.ts';
import { requestId } from './request-id.ts';

/** What an endpoint asks of its callers. `open`: nothing. `key`: any key. `full`: a key without restrictions. `metrics`: as configured. */
export type Access = 'open' | 'key' | 'full' | 'metrics';

declare module 'fastify' {
  interface FastifyRequest {
    /** The gateway's own notes on this request; only within its routes. */
    sluice: Exchange;
  }
  interface FastifyContextConfig {
    sluice?: { readonly access: Access };
  }
}

/** Begins a record for every request, gives it its id, and sees to it that its end is told once, however it ends. */
export function addExchangeHooks(instance: FastifyInstance, control: InnerControl): void {
  instance.decorateRequest('sluice');
  instance.addHook('onRequest', (request, reply, done) => {
    begin(request, reply, control);
    const { exchanges, generations } = control;
    // RFC 9112, section 3.2.
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1')
      return done(new Refusal('bad-request', 'the header host is missing'));
    if (request.routeOptions.config.sluice?.access === 'open') return done();
    if (control.isDraining) {
      return done(
        new Refusal('shutting-down', 'this server is shutting down; send the request again, to another one', {
          retryAfterMs: 1_000,
          headers: { connection: 'close' },
        }),
      );
    }
    if (exchanges.size > generations.current.settings.maxInFlight) {
      return done(
        new Refusal('busy', 'this server has as many requests as it takes', { retryAfterMs: 1_000 }),
      );
    }
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      return done(new Refusal('wrong-content-type', 'the body must not be compressed'));
    }
    done();
  });
}

function begin(request: FastifyRequest, reply: FastifyReply, control: InnerControl): void {
  const { exchanges, generations, metrics } = control;
  const generation = generations.acquire();
  const out = reply.raw;
  const abort = new AbortController();
  const record: RequestRecord = {
    id: requestId(request.headers['x-request-id']),
    method: request.method,
    endpoint: request.routeOptions.url ?? 'unknown',
    startedAt: performance.now(),
    abort,
    warnings: [],
    ending: undefined,
  };
  const { socket } = request.raw;
  const writtenBefore = socket.bytesWritten;
  const exchange: Exchange = {
    record,
    generation,
    socket,
    get hasBegun() {
      return out.headersSent && !out.writableFinished;
    },
    cut() {
      if (record.ending !== undefined) return;
      record.ending = 'cut';
      record.code = 'shutting-down';
      abort.abort();
      // Nothing can be said any more to who has not read the end yet, and nothing yet to who has not finished asking.
      if (out.writableEnded || !request.raw.complete) out.destroy();
    },
    refused(refusal) {
      if (record.ending !== undefined || out.headersSent) return;
      record.ending = 'refused';
      record.code = refusal.code;
      out.statusCode = refusal.status;
    },
  };
  request.sluice = exchange;
  reply.header('x-request-id', record.id);
  exchanges.add(exchange);
  out.once('prefinish', () => {
    // Everything is said; nearly always the system has it all by now. What is left waits for the client to read.
    const { slowReaderMs } = generation.settings;
    if (socket.writableLength === 0 || !Number.isFinite(slowReaderMs)) return;
    // Node begins anew whenever some of it was read.
    socket.setTimeout(slowReaderMs);
    out.once('timeout', () => {
      record.ending ??= 'slow-reader';
      record.code ??= 'aborted';
      out.destroy();
    });
    // The next answer of a pipeline may take its time.
    out.once('finish', () => {
      if (exchanges.on(socket).length > 1) socket.setTimeout(0);
    });
  });
  out.once('close', () => {
    if (!out.writableFinished && record.ending === undefined) {
      record.ending = 'client-gone';
      record.code ??= 'aborted';
    }
    // Making the reason of an abort costs a stack trace: not for those that ended by themselves.
    if (record.ending !== undefined) abort.abort();
    const status = record.ending === 'client-gone' && !out.headersSent ? 499 : out.statusCode;
    const totalMs = performance.now() - record.startedAt;
    if (record.key !== undefined && record.hasPlace) exchanges.leavePlace(record.key);
    metrics.record(record, status, totalMs);
    request.log.info(accessLine(record, status, totalMs, socket.bytesWritten - writtenBefore), 'request');
    generations.release(generation);
    exchanges.remove(exchange);
  });
}
