import { type MakeClient, question } from '../client.ts';
import { eachLine } from './lines.ts';
import { importUndici, type Undici, type UndiciAgent } from './undici.ts';

interface Conversation {
  readonly conversationId: string;
  readonly conversation?: string;
}

interface Update {
  readonly type?: string;
  readonly token?: string;
}

interface TgiEvent {
  readonly token: { readonly text: string; readonly special: boolean };
}

type Json = { readonly [name: string]: unknown };

/** What the two floors share: a conversation made, asked and deleted. */
async function converse(
  { request }: Undici,
  dispatcher: UndiciAgent,
  baseURL: string,
  model: string,
  message: (created: Conversation) => { readonly contentType: string; readonly body: string },
  onLine: (line: string) => void,
): Promise<void> {
  const common = { origin: new URL(baseURL).origin, referer: baseURL, cookie: 'hf-chat=bench' };
  const create = await request(`${baseURL}/conversation`, {
    method: 'POST',
    headers: { ...common, 'content-type': 'application/json' },
    body: JSON.stringify({ model }),
    dispatcher,
  });
  const created: Conversation = JSON.parse(await create.body.text());
  const url = `${baseURL}/conversation/${created.conversationId}`;
  const { contentType, body } = message(created);
  const reply = await request(url, {
    method: 'POST',
    headers: { ...common, 'content-type': contentType },
    body,
    dispatcher,
  });
  if (reply.statusCode !== 200) throw new Error(`status ${reply.statusCode}`);
  await eachLine(reply.body, onLine);
  const deleted = await request(url, { method: 'DELETE', headers: common, dispatcher });
  await deleted.body.text();
}

/** The hand-written loop on chat-ui's wire of today: lines of JSON, tokens padded with NUL. */
export const floorH2oUpdates: MakeClient = async ({ baseURL, model }) => {
  const undici = await importUndici();
  const dispatcher = new undici.Agent();
  return {
    async ask() {
      let text = '';
      let pieces = 0;
      const message = ({ conversation = '{}' }: Conversation) => {
        const id: unknown = (JSON.parse(conversation) as { json: Json }).json.rootMessageId;
        return form(JSON.stringify({ inputs: question, id, is_retry: false }));
      };
      await converse(undici, dispatcher, baseURL, model, message, (line) => {
        const update: Update = JSON.parse(line);
        if (update.type !== 'stream' || update.token === undefined) return;
        const end = update.token.indexOf('\0');
        text += end < 0 ? update.token : update.token.slice(0, end);
        pieces += 1;
      });
      return { text, pieces };
    },
    close: () => dispatcher.close(),
  };
};

/** The hand-written loop on the wire of 2023: the model server's own events. */
export const floorH2oTgi: MakeClient = async ({ baseURL, model }) => {
  const undici = await importUndici();
  const dispatcher = new undici.Agent();
  return {
    async ask() {
      let text = '';
      let pieces = 0;
      const message = () => ({
        contentType: 'application/json',
        body: JSON.stringify({ inputs: question, stream: true, options: {} }),
      });
      await converse(undici, dispatcher, baseURL, model, message, (line) => {
        if (!line.startsWith('data:')) return;
        const { token }: TgiEvent = JSON.parse(line.slice(5));
        if (token.special) return;
        text += token.text;
        pieces += 1;
      });
      return { text, pieces };
    },
    close: () => dispatcher.close(),
  };
};

function form(data: string): { contentType: string; body: string } {
  const boundary = '----bench-boundary';
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: `--${boundary}\r\ncontent-disposition: form-data; name="data"\r\n\r\n${data}\r\n--${boundary}--\r\n`,
  };
}
