import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/** A server on this machine. */
export interface LocalServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What the server wants, and how it is. */
export interface ServerOptions {
  // key:begin
  /** The key that calls must carry. Default: any. */
  readonly apiKey?: string;
  // key:end
  /** The time between two pieces of an answer, in milliseconds. Default 0. */
  readonly delayMs?: number;
}

/** What `POST /chat` takes. */
interface Question {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** Starts a server that speaks the protocol and is no language model: it repeats what it is told, word by word. */
export async function startServer(options: ServerOptions = {}): Promise<LocalServer> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch(() => response.destroy());
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

async function answer(request: IncomingMessage, response: ServerResponse, options: ServerOptions) {
  // key:begin
  const { apiKey } = options;
  if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
    return refuse(response, 401, 'the key is not known here');
  }
  // key:end
  if (`${request.method} ${request.url}` !== 'POST /chat') return refuse(response, 404, 'no such path');
  const { messages } = (await json(request)) as Question;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const piece of `You said: ${messages.at(-1)?.content}`.match(/\S+\s*/g) ?? []) {
    if (response.destroyed) return;
    response.write(`data: ${JSON.stringify({ text: piece })}\n\n`);
    await pause(options.delayMs ?? 0);
  }
  response.end(`data: ${JSON.stringify({ done: true, reason: 'stop' })}\n\n`);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message } }));
}
