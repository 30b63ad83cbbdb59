import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that answers with exactly these bytes: for replies that no well-meaning server would send. */
export interface ReplayServer extends AsyncDisposable {
  /** With the `/v1` of the API. */
  readonly baseURL: string;
  readonly received: readonly Received[];
}

export async function replayServer(reply: (response: ServerResponse) => unknown): Promise<ReplayServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    received.push({ method, target: url, headers, body: Buffer.concat(chunks).toString('utf8') });
    await reply(response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Writes chunks one by one, each a write of its own, and ends the response. */
export async function writeChunks(
  response: ServerResponse,
  chunks: readonly (string | Uint8Array)[],
): Promise<void> {
  for (const chunk of chunks) {
    await new Promise<void>((done) => response.write(chunk, () => done()));
    await new Promise((done) => setImmediate(done));
  }
  response.end();
}
