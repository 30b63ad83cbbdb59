import { ChatError, type ChatEvent, type ChatStream, isVisible } from '@sluice/core';
import { routeOf } from '@sluice/registry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../server/access-hooks.ts';
import { errorForLog } from '../server/error-for-log.ts';
import type { Exchange } from '../server/exchanges.ts';
import type { AnswerAbout, ClientWire, WireCall } from './client-wire.ts';
import { failureHeaders, failureOf } from './failure.ts';
import { Refusal } from './refusal.ts';
import { routeHeader, warningsHeader } from './route-header.ts';
import { SlowReader, writeEvents } from './write-events.ts';

/**
 * One chat request over any wire: read, asked of the registry, answered. Until the answer has begun nothing is written, not
 * even a status, so that whatever fails before is an honest status, and what failed at one target and was mended by another
 * is never seen.
 */
export async function answerChat(
  request: FastifyRequest,
  reply: FastifyReply,
  wire: ClientWire,
): Promise<unknown> {
  const { sluice } = request;
  const { record, generation } = sluice;
  const call = wire.decode(request.body, generation.settings);
  record.stream = call.stream;
  if (call.request.model !== undefined) record.model = call.request.model;
  checkModel(sluice, call.request.model);
  record.warnings.push(...call.warnings);
  const stream = await generation.registry.stream(call.request, {
    stream: call.stream,
    signal: record.abort.signal,
  });
  record.firstTokenMs = performance.now() - record.startedAt;
  record.route = stream.route;
  const about: AnswerAbout = {
    id: `chatcmpl-${record.id}`,
    model: stream.model === undefined ? stream.provider : `${stream.provider}:${stream.model}`,
    createdAtMs: Date.now(),
  };
  if (call.stream) return writeStream(request, reply, stream, { call, about, wire });
  const result = await stream.result();
  record.usage = result.usage;
  record.warnings.push(...result.warnings);
  reply.headers(headersOf(sluice));
  return call.whole(result, about);
}

/** Whether the caller's key may ask for this. Throws a `Refusal` that is the same whether there is such a model or not. */
export function checkModel(exchange: Exchange, model: string | undefined): void {
  const key = callerOf(exchange);
  if (!key || key.isUnrestricted) return;
  if (model === undefined) {
    throw new Refusal(
      'bad-parameter',
      `model is missing: the key ${key.name} may ask for certain models only`,
      {
        param: 'model',
      },
    );
  }
  if (!key.allows(model)) throw noSuchModel(model);
}

/** OpenAI's words for a model that is not there, or not for this caller. */
export function noSuchModel(model: string): Refusal {
  const name = model.slice(0, 256).replace(/[^\x20-\x7e]/g, '?');
  return new Refusal(
    'no-such-model',
    `The model \`${name}\` does not exist or you do not have access to it.`,
    {
      param: 'model',
    },
  );
}

/** Notes a failure, and answers what the client is told of it: a cut request is told why, whatever it died of. */
export function noteFailure({ record }: Exchange, thrown: unknown): ReturnType<typeof failureOf> {
  record.route ??= routeOf(thrown);
  const failure =
    record.ending === 'cut'
      ? failureOf(new Refusal('shutting-down', 'this server is shutting down', { retryAfterMs: 1_000 }))
      : failureOf(thrown);
  record.code ??= failure.code;
  record.ending ??= thrown instanceof Refusal ? 'refused' : 'failed';
  return failure;
}

function headersOf({ record, generation }: Exchange): { readonly [name: string]: string } {
  const { route, warnings } = record;
  return {
    ...(route && generation.settings.routeHeader ? { 'x-sluice-route': routeHeader(route) } : {}),
    ...(warnings.length === 0 ? {} : { 'x-sluice-warnings': warningsHeader(warnings) }),
  };
}

/** Writes the answer as it comes. From here on the connection is ours, and nothing is thrown any more. */
async function writeStream(
  { sluice, log }: FastifyRequest,
  reply: FastifyReply,
  stream: ChatStream,
  { call, about, wire }: { readonly call: WireCall; readonly about: AnswerAbout; readonly wire: ClientWire },
): Promise<void> {
  const { record, generation } = sluice;
  const encoder = call.encoder(about);
  const out = reply.raw;
  reply.hijack();
  try {
    const events = stream[Symbol.asyncIterator]();
    const first = await upToVisible(events);
    for (const event of first) if (event.type === 'warning') record.warnings.push(event);
    if (out.destroyed) throw new ChatError('aborted', 'the client is gone');
    out.writeHead(200, {
      ...(reply.getHeaders() as { readonly [name: string]: string }),
      ...headersOf(sluice),
      'content-type': encoder.contentType,
      'cache-control': 'no-cache, no-transform',
      // nginx would gather the stream and hand it on in pieces.
      'x-accel-buffering': 'no',
    });
    const last = await writeEvents(events, first, {
      out,
      encoder,
      slowReaderMs: generation.settings.slowReaderMs,
      onEvent: (event) => {
        if (event.type === 'finish') record.usage = event.usage;
        else if (event.type === 'warning' && !first.includes(event)) record.warnings.push(event);
      },
    });
    out.end(last);
  } catch (thrown) {
    void stream.cancel();
    if (thrown instanceof SlowReader) {
      record.ending = 'slow-reader';
      record.code = 'aborted';
      out.destroy();
      return;
    }
    if (out.destroyed) return;
    const failure = noteFailure(sluice, thrown);
    if (failure.code === 'internal')
      log.error({ error: errorForLog(thrown), requestId: record.id }, 'internal error');
    if (!out.headersSent) {
      out.writeHead(failure.status, {
        ...(reply.getHeaders() as { readonly [name: string]: string }),
        ...headersOf(sluice),
        ...failureHeaders(failure),
        'content-type': 'application/json; charset=utf-8',
      });
      out.end(JSON.stringify(wire.failure(failure)));
      return;
    }
    // No finish and no [DONE]: the answer must not pass for a whole one. The connection stays, unless the door closes: a client that
    // has read the end of the body may have sent its next request already, and would lose it.
    out.end(encoder.failure(failure), record.ending === 'cut' ? () => out.socket?.destroySoon() : undefined);
  }
}

/** The events that are already there: an open stream has one that a user would see. */
async function upToVisible(events: AsyncIterator<ChatEvent>): Promise<readonly ChatEvent[]> {
  const first: ChatEvent[] = [];
  while (true) {
    const step = await events.next();
    if (step.done) return first;
    first.push(step.value);
    if (isVisible(step.value) || step.value.type === 'finish') return first;
  }
}
