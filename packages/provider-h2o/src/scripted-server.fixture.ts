import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it arrived. */
export interface Heard {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that answers as a test says: for what no chat-ui server of the sandbox would say. */
export interface ScriptedServer extends AsyncDisposable {
  readonly url: string;
  readonly heard: readonly Heard[];
  /** `METHOD /path` of every request, in order. */
  readonly lines: () => readonly string[];
}

/** Answers one request; nothing leaves it unanswered. */
export type Script = (request: Heard, response: ServerResponse) => unknown;

/** Starts a server on loopback. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const one: Heard = { method, target: url, headers, body: Buffer.concat(chunks).toString('utf8') };
    heard.push(one);
    await script(one, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    lines: () => heard.map(({ method, target }) => `${method} ${target}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a chat-ui server answers to each step; a step that is not given is answered well. */
export interface ChatUiScript {
  readonly settings?: Script;
  readonly create?: Script;
  readonly conversation?: Script;
  readonly message?: Script;
  readonly stop?: Script;
  readonly delete?: Script;
  readonly models?: Script;
  /** Any other path. */
  readonly other?: Script;
}

/** Which step a request is. */
function stepOf({ method, target }: Heard): keyof ChatUiScript {
  if (target === '/settings') return 'settings';
  if (target.startsWith('/api/conversation/') || target.endsWith('/__data.json')) return 'conversation';
  if (target.endsWith('/stop-generating')) return 'stop';
  if (target === '/conversation') return 'create';
  if (/^\/conversation\/[^/]+$/.test(target)) return method === 'DELETE' ? 'delete' : 'message';
  return /models$/.test(target) ? 'models' : 'other';
}

/** Answers with JSON. */
export function json(value: unknown, status = 200): Script {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  };
}

/** Answers with a text. */
export function text(body: string, status = 200, headers: { readonly [name: string]: string } = {}): Script {
  return (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
}

const pageNotFound = text('<!DOCTYPE html><title>404</title>', 404, { 'content-type': 'text/html' });

/** A chat-ui server of era A, but for the steps of the script. */
export function chatUi(script: ChatUiScript = {}): Promise<ScriptedServer> {
  const steps: ChatUiScript = {
    settings: json({ type: 'redirect', status: 303, location: '/' }),
    create: json({ conversationId: 'c0ffee' }),
    message: text(
      'data:{"token":{"id":1,"text":"Hi","special":false},"generated_text":null}\n\n' +
        'data:{"token":{"id":2,"text":"</s>","special":true},"generated_text":"Hi"}\n\n',
    ),
    stop: text(''),
    delete: text(''),
    ...script,
  };
  return scriptedServer((request, response) => {
    const step = stepOf(request);
    return (steps[step] ?? pageNotFound)(request, response);
  });
}
