import { request as httpRequest, type IncomingMessage } from 'node:http';
import { chunk, lastChunk, replyHead } from './http-reply.ts';
import type { Step } from './script.ts';
import type { ScriptedExchange } from './scripted-upstream.ts';

/** Headers that belong to one connection and not to what goes over it (RFC 9110, 7.6.1). */
const hopHeaders: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'host',
]);

/**
 * Steps that hand a request on to another server and its answer back: a protocol of several steps is played by a server
 * that knows them (`@sluice/sandbox` for chat-ui), and only the answer itself is scripted. The upstream's own origin in
 * headers (`Origin`, `Referer`) becomes that of the server.
 *
 * @example
 * steps: forwardTo(sandbox.urls.h2oByEra.a)
 */
export function forwardTo(origin: string): (exchange: ScriptedExchange) => AsyncIterable<Step> {
  return async function* (exchange) {
    const headers = Object.fromEntries(
      Object.entries(exchange.headers)
        .filter(([name]) => !hopHeaders.has(name))
        .map(([name, value]) => [name, value?.replaceAll(exchange.origin, origin)]),
    );
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    httpRequest(
      new URL(exchange.path, origin),
      {
        method: exchange.method,
        headers: { ...headers, 'content-length': exchange.body.length },
        agent: false,
      },
      resolve,
    )
      .on('error', reject)
      .end(exchange.body);
    const response = await promise;
    const flat = Object.entries(response.headers)
      .filter(([name]) => !hopHeaders.has(name))
      .flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((each) => [name, each] as const),
      );
    // Repeated headers (set-cookie) stay apart: each is a line of its own.
    const status = response.statusCode ?? 502;
    const bodiless = status === 204 || status === 304;
    const head = replyHead(status, bodiless ? { 'content-length': '0' } : {});
    const lines = flat.map(([name, value]) => `${name}: ${value?.replaceAll(origin, exchange.origin)}\r\n`);
    yield head.replace('\r\n', `\r\n${lines.join('')}`);
    for await (const bytes of response) yield chunk(bytes as Uint8Array);
    if (!bodiless) yield lastChunk;
  };
}
