import type { IncomingMessage } from 'node:http';

/** What came of reading a body. */
export type BodyResult = { readonly bytes: Buffer } | { readonly problem: 'too large' | 'client gone' };

/** Reads the whole body. One that is too large is left unread, so that it can still be answered. */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<BodyResult> {
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
