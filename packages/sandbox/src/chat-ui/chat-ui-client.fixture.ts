import { type RawRequest, type RawResponse, send } from '../raw-client.fixture.ts';
import type { Sandbox } from '../sandbox.ts';
import { ERAS, type EraName } from './eras.ts';

/** A client that does what each era asks, written for the tests and for nothing else. */
export interface ChatUiClient {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Accepts the welcome modal, where there is one. */
  accept(): Promise<RawResponse>;
  /** Creates a conversation; gives its id. */
  create(model?: string): Promise<string>;
  post(id: string, fields: Readonly<Record<string, unknown>>, asked?: RawRequest): Promise<RawResponse>;
  /** Posts a message where it belongs: after the last answer. */
  say(id: string, text: string, asked?: RawRequest): Promise<RawResponse>;
  stop(id: string): Promise<RawResponse>;
  remove(id: string): Promise<RawResponse>;
  get(path: string): Promise<RawResponse>;
}

const BOUNDARY = '----sandbox';

function multipart(data: string): string {
  return `--${BOUNDARY}\r\nContent-Disposition: form-data; name="data"\r\n\r\n${data}\r\n--${BOUNDARY}--\r\n`;
}

/** Creates a {@link ChatUiClient}. */
export function createChatUiClient(sandbox: Sandbox, era: EraName, session = 'client-chosen'): ChatUiClient {
  const base = sandbox.urls.h2oByEra[era];
  const form = ERAS[era].messageBody === 'form';
  const headers = { accept: '*/*', cookie: `hf-chat=${session}`, referer: `${base}/`, origin: base };
  const json = { ...headers, 'content-type': 'application/json' };
  const messageType = form ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json';

  const post: ChatUiClient['post'] = (id, fields, asked = {}) =>
    send(`${base}/conversation/${id}`, {
      ...asked,
      method: 'POST',
      headers: { ...headers, 'content-type': messageType, ...asked.headers },
      body: form ? multipart(JSON.stringify(fields)) : JSON.stringify(fields),
    });
  const lastMessage = (id: string): string | undefined =>
    sandbox.conversations.find((conversation) => conversation.id === id)?.messages.at(-1)?.id;
  return {
    base,
    headers,
    accept: () =>
      era === 'a'
        ? send(`${base}/settings`, {
            method: 'POST',
            headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
            body: 'ethicsModalAccepted=true',
          })
        : send(`${base}/settings`, { method: 'POST', headers: json, body: '{"ethicsModalAccepted":true}' }),
    create: async (model = 'sandbox') => {
      const body = JSON.stringify({ model });
      const answer = await send(`${base}/conversation`, { method: 'POST', headers: json, body });
      return (JSON.parse(answer.text) as { conversationId: string }).conversationId;
    },
    post,
    say: (id, text, asked) => {
      const parent = ERAS[era].tree ? { id: lastMessage(id) } : {};
      return post(id, { inputs: text, stream: true, options: {}, ...parent }, asked);
    },
    stop: (id) => send(`${base}/conversation/${id}/stop-generating`, { method: 'POST', headers }),
    remove: (id) => send(`${base}/conversation/${id}`, { method: 'DELETE', headers }),
    get: (path) => send(base + path, { headers }),
  };
}

/** Starts a conversation. */
export async function begin(
  sandbox: Sandbox,
  era: EraName,
): Promise<{ readonly client: ChatUiClient; readonly id: string }> {
  const client = createChatUiClient(sandbox, era);
  await client.accept();
  return { client, id: await client.create() };
}
