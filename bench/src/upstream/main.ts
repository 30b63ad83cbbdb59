// The upstream's process: writes answers that were serialised before, for all clients alike.

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { serve } from '../process/serve.ts';
import { type PlainRequest, readRequests } from './requests.ts';
import { type Script, type ScriptName, scripts } from './scripts.ts';
import { streamedBody, wholeBody, wires } from './wires.ts';

interface Prepared {
  readonly script: Script;
  readonly head: Buffer;
  readonly plain: readonly Buffer[];
  readonly withUsage: readonly Buffer[];
  readonly whole: Buffer;
}

/** Made when it is first asked for: the long answers have tens of megabytes. */
const prepared = new Map<string, Prepared>();

function prepare(name: string): Prepared | undefined {
  const known = prepared.get(name);
  if (known || !Object.hasOwn(scripts, name)) return known;
  const script: Script = scripts[name as ScriptName];
  const made: Prepared = {
    script,
    head: Buffer.from(
      `HTTP/1.1 200 OK\r\ncontent-type: ${wires[script.wire].contentType}\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n`,
    ),
    plain: streamedBody(script, false),
    withUsage: script.wire === 'openai' ? streamedBody(script, true) : [],
    whole: Buffer.from(json(wholeBody(script))),
  };
  prepared.set(name, made);
  return made;
}

function json(body: string, status = '200 OK'): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const conversationId = '6560a1b2c3d4e5f60718293a';
const rootMessageId = '7d1f0c3a-5b8e-4f7a-9c2d-1e6b4a8f0d35';
const created: { readonly [wire: string]: string } = {
  'h2o-tgi': JSON.stringify({ conversationId }),
  'h2o-updates': JSON.stringify({
    conversationId,
    conversation: JSON.stringify({
      json: { rootMessageId, messages: [{ id: rootMessageId, from: 'system', content: '' }] },
    }),
  }),
};

function answer(socket: Socket, request: PlainRequest): void {
  const [, name = '', ...rest] = request.path.split('/');
  const ready = prepare(name);
  const path = `/${rest.join('/')}`;
  if (!ready) socket.write(json('{"error":{"message":"no such script"}}', '404 Not Found'));
  else if (ready.script.wire.startsWith('h2o')) answerChatUi(socket, request.method, path, ready);
  else if (path.endsWith('/chat-anonymous')) stream(socket, ready, ready.plain);
  else if (!request.body.includes('"stream":true')) socket.write(ready.whole);
  else stream(socket, ready, request.body.includes('"include_usage":true') ? ready.withUsage : ready.plain);
}

/** chat-ui's steps: settings, a conversation, a message, and the end of the conversation. */
function answerChatUi(socket: Socket, method: string, path: string, ready: Prepared): void {
  if (method === 'POST' && path === '/conversation') {
    socket.write(json(created[ready.script.wire] as string));
  } else if (method === 'POST' && path === `/conversation/${conversationId}`) {
    stream(socket, ready, ready.plain);
  } else if (path === '/settings') {
    socket.write(json('{"type":"redirect","status":303,"location":"/"}'));
  } else if (method === 'DELETE') {
    socket.write(json(''));
  } else {
    socket.write(json('{"message":"Not Found"}', '404 Not Found'));
  }
}

function stream(socket: Socket, { script, head }: Prepared, body: readonly Buffer[]): void {
  if (script.everyMs > 0) {
    socket.write(head);
    pace(socket, body, script.everyMs);
    return;
  }
  let next = 0;
  const write = (): void => {
    if (socket.destroyed) return;
    if (next === 0) socket.cork();
    if (next === 0) socket.write(head);
    let more = true;
    while (more && next < body.length) {
      more = socket.write(body[next] as Buffer);
      next += 1;
      if (next === 1) socket.uncork();
    }
    if (next < body.length) socket.once('drain', write);
  };
  write();
}

/** Streams that are under way, by their pace: one clock for all. */
const clocks = new Map<number, Set<() => boolean>>();

function pace(socket: Socket, body: readonly Buffer[], everyMs: number): void {
  let next = 0;
  /** Whether more is to come. */
  const write = (): boolean => {
    if (socket.destroyed) return false;
    socket.write(body[next] as Buffer);
    next += 1;
    return next < body.length;
  };
  let streams = clocks.get(everyMs);
  if (!streams) {
    const all = new Set<() => boolean>();
    streams = all;
    clocks.set(everyMs, all);
    setInterval(() => {
      for (const one of all) if (!one()) all.delete(one);
    }, everyMs);
  }
  streams.add(write);
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  readRequests(socket, (request) => answer(socket, request));
});

serve({
  start: async (): Promise<string> => {
    // A thousand clients connect at once.
    await new Promise<void>((resolve) =>
      server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve),
    );
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
});
