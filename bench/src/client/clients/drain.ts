import { type MakeClient, question } from '../client.ts';
import { importUndici } from './undici.ts';

/** undici with the bytes thrown away: what this stack can do at most. */
export const drain: MakeClient = async ({ baseURL, model, headers }) => {
  const { request, Agent } = await importUndici();
  const dispatcher = new Agent();
  return {
    async ask() {
      const { body, statusCode } = await request(`${baseURL}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: question }], stream: true }),
        dispatcher,
      });
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      let pieces = 0;
      for await (const chunk of body) pieces += chunk.length;
      return { pieces };
    },
    close: () => dispatcher.close(),
  };
};
