import { type MakeClient, question } from '../client.ts';
import { eachLine } from './lines.ts';
import { importUndici } from './undici.ts';

interface FlowGptEvent {
  readonly event: string;
  readonly data: string;
}

/** The hand-written loop on FlowGPT's wire: lines of JSON. Unsigned: a signature costs the same whoever makes it. */
export const floorFlowGpt: MakeClient = async ({ baseURL, model }) => {
  const { request, Agent } = await importUndici();
  const dispatcher = new Agent();
  return {
    async ask() {
      const { body, statusCode } = await request(`${baseURL}/v3/chat-anonymous`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer null' },
        body: JSON.stringify({ model, question, history: [], system: '', temperature: 0.7 }),
        dispatcher,
      });
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      let text = '';
      let pieces = 0;
      await eachLine(body, (line) => {
        if (line === '') return;
        const { event, data }: FlowGptEvent = JSON.parse(line);
        if (event !== 'text') return;
        text += data;
        pieces += 1;
      });
      return { text, pieces };
    },
    close: () => dispatcher.close(),
  };
};
