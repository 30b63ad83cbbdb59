import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { noteFailure } from '../chat/answer-chat.ts';
import type { ClientWire } from '../chat/client-wire.ts';
import { failureHeaders, failureOf } from '../chat/failure.ts';
import { Refusal } from '../chat/refusal.ts';
import { routeHeader } from '../chat/route-header.ts';
import { unknownPath } from './access-hooks.ts';
import { errorForLog } from './error-for-log.ts';
import { asRefusal } from './fastify-failure.ts';
import { requestId } from './request-id.ts';

/** Everything that is thrown in hooks and handlers is answered here, in the wire's own shape. */
export function addFailureAnswers(instance: FastifyInstance, wire: ClientWire): void {
  instance.setErrorHandler((error, request, reply) => answerFailure(error, request, reply, wire));
}

/** Unknown paths, and known ones with a method that they don't have. */
export function addUnknownPathAnswers(instance: FastifyInstance): void {
  const refusalOf = (request: FastifyRequest): Refusal => {
    const { method, url } = request;
    const path = url.split('?', 1)[0] ?? '';
    const allowed = (['GET', 'POST'] as const).filter(
      (known) => instance.findRoute({ method: known, url: path }) !== null,
    );
    if (allowed.length === 0 || method === 'OPTIONS') return unknownPath(request);
    const hint = allowed.join(', ');
    return new Refusal('unknown-method', `Not allowed to ${method} on ${path} (HINT: ${hint})`, {
      headers: { allow: hint },
    });
  };
  // Before the body is read: it may be large, and nobody has shown a key.
  instance.addHook('onRequest', (request, _reply, done) =>
    done(request.is404 ? refusalOf(request) : undefined),
  );
  instance.setNotFoundHandler(async (request) => {
    throw refusalOf(request);
  });
}

function answerFailure(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  wire: ClientWire,
): FastifyReply {
  const { sluice } = request;
  const thrown = asRefusal(error);
  if (reply.raw.destroyed) {
    // Whoever asked is gone; the record's own end says so.
    return reply.hijack();
  }
  const failure = noteFailure(sluice, thrown);
  if (failure.code === 'internal')
    request.log.error({ error: errorForLog(thrown), requestId: sluice.record.id }, 'internal error');
  const { route } = sluice.record;
  if (route && sluice.generation.settings.routeHeader) reply.header('x-sluice-route', routeHeader(route));
  return reply.code(failure.status).headers(failureHeaders(failure)).send(wire.failure(failure));
}

/** An address that cannot be read: it is refused before there is a record of the request. */
export function answerBadAddress(
  error: unknown,
  { headers }: FastifyRequest,
  reply: FastifyReply,
  wire: ClientWire,
): void {
  const failure = failureOf(asRefusal(error));
  reply
    .code(failure.status)
    .header('x-request-id', requestId(headers['x-request-id']))
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(wire.failure(failure)));
}
