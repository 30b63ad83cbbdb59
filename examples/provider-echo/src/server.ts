import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that says what it is told, on loopback. */
export interface EchoServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the server wants, and how it is. */
export interface EchoServerOptions {
  /** The key that calls must carry. Default: none. */
  readonly apiKey?: string;
  /** Breaks off before the last line. */
  readonly cut?: boolean;
}

/**
 * Starts the upstream of this example: it answers `POST /echo` with one JSON line a word.
 *
 * @example
 * const server = await startEchoServer();
 */
export async function startEchoServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const server = createServer((request, response) => {
    void answer(request, response, options);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { apiKey, cut = false }: EchoServerOptions,
): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  if (apiKey !== undefined && request.headers['x-echo-key'] !== apiKey) {
    response.writeHead(401).end('{"error": {"message": "the key is not known here"}}');
    return;
  }
  const { voice, say } = JSON.parse(body) as { readonly voice: string; readonly say: string };
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  const text = voice === 'loud' ? say.toUpperCase() : say;
  for (const word of text.match(/\S+\s*/g) ?? []) response.write(`${JSON.stringify({ word })}\n`);
  response.end(cut ? '' : '{"done": true}\n');
}
