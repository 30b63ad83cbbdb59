import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/** A server on this machine. */
export interface LocalServer {
  readonly url: string;
  /** The conversations that were begun and not removed. */
  readonly conversations: ReadonlySet<string>;
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
  /** Called when a conversation has begun and before that is told. What it answers with is waited for. */
  readonly onBegin?: () => Promise<void> | void;
}

/** What `POST /conversations/{id}/messages` takes. */
interface Question {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** Starts a server that speaks the protocol and is no language model: it repeats what it is told, word by word. */
export async function startServer(options: ServerOptions = {}): Promise<LocalServer> {
  const conversations = new Set<string>();
  const server = createServer((request, response) => {
    serve(request, response, options, conversations).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    conversations,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  conversations: Set<string>,
): Promise<void> {
  // key:begin
  const { apiKey } = options;
  if (apiKey !== undefined && request.headers.authorization !== `Bearer ${apiKey}`) {
    return reply(response, 401, { error: { message: 'the key is not known here' } });
  }
  // key:end
  const { method, url = '' } = request;
  if (method === 'POST' && url === '/conversations') {
    const id = randomUUID();
    conversations.add(id);
    await options.onBegin?.();
    return reply(response, 200, { id });
  }
  const [, id = '', rest = ''] = /^\/conversations\/([^/]+)(.*)$/.exec(url) ?? [];
  if (!conversations.has(id)) return reply(response, 404, { error: { message: 'no such conversation' } });
  if (method === 'DELETE' && rest === '') {
    conversations.delete(id);
    return reply(response, 200, {});
  }
  if (method !== 'POST' || rest !== '/messages') {
    return reply(response, 404, { error: { message: 'no such path' } });
  }
  await answer((await json(request)) as Question, response, options.delayMs ?? 0);
}

async function answer({ messages }: Question, response: ServerResponse, delayMs: number): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  for (const piece of `You said: ${messages.at(-1)?.content}`.match(/\S+\s*/g) ?? []) {
    if (response.destroyed) return;
    response.write(`${JSON.stringify({ text: piece })}\n`);
    await pause(delayMs);
  }
  response.end(`${JSON.stringify({ done: true, reason: 'stop' })}\n`);
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
