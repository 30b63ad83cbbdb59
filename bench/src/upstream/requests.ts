import type { Socket } from 'node:net';

/** A request as far as the upstream looks at it. */
export interface PlainRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

const headEnd = Buffer.from('\r\n\r\n');

/**
 * The requests of one connection, one after the other. As little HTTP as the clients of the benchmark speak: bodies with a
 * length. A full server would take the processor time from whom it serves.
 */
export function readRequests(socket: Socket, onRequest: (request: PlainRequest) => void): void {
  let kept = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    kept = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    while (true) {
      const end = kept.indexOf(headEnd);
      if (end < 0) return;
      const head = kept.toString('latin1', 0, end);
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (/^transfer-encoding:/im.test(head)) throw new Error('the upstream takes bodies with a length only');
      const start = end + headEnd.length;
      if (kept.length < start + length) return;
      const [method = '', path = ''] = head.split(' ', 2);
      const body = kept.toString('utf8', start, start + length);
      kept = kept.subarray(start + length);
      onRequest({ method, path, body });
    }
  });
}
