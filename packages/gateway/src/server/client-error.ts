import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientWire } from '../chat/client-wire.ts';
import { Refusal } from '../chat/refusal.ts';
import type { Exchanges } from './exchanges.ts';

/** What Node's HTTP parser refuses before there is a request, by its error's code. */
const refusals: { readonly [code: string]: () => Refusal } = {
  ERR_HTTP_REQUEST_TIMEOUT: () => new Refusal('slow-request', 'the request took too long to arrive'),
  HPE_HEADER_OVERFLOW: () =>
    new Refusal('headers-too-large', 'the headers are larger than this server takes'),
};

/**
 * Answers bytes that are no HTTP request, too large headers and slow requests, as far as there is still somebody to read it.
 * In the middle of another answer nothing can be said: it would be read as a part of that one.
 */
export function clientErrorHandler(
  wire: ClientWire,
  exchanges: Exchanges,
): (error: NodeJS.ErrnoException, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
      socket.destroy();
      return;
    }
    const underWay = exchanges.on(socket);
    if (underWay.some(({ hasBegun }) => hasBegun)) {
      socket.destroy();
      return;
    }
    const refusal =
      refusals[error.code ?? '']?.() ?? new Refusal('bad-request', 'this is no valid HTTP request');
    // Whoever ends in the middle of a request has left; nearly always there is nobody to read the answer.
    if (error.code !== 'HPE_INVALID_EOF_STATE') for (const exchange of underWay) exchange.refused(refusal);
    const body = JSON.stringify(wire.failure(refusal));
    socket.end(
      [
        `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
        'content-type: application/json; charset=utf-8',
        `content-length: ${Buffer.byteLength(body)}`,
        'connection: close',
        '',
        body,
      ].join('\r\n'),
      () => socket.destroySoon(),
    );
  };
}

/** Answers an `Expect` header that is not `100-continue`, which Node would refuse without a word. */
export function expectationHandler(
  wire: ClientWire,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    const refusal = new Refusal('unknown-expectation', 'the header expect can only be 100-continue');
    response
      .writeHead(refusal.status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
      .end(JSON.stringify(wire.failure(refusal)));
  };
}
