import { type MakeClient, question } from '../client.ts';
import { eachLine } from './lines.ts';
import { importUndici } from './undici.ts';

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

interface Whole {
  readonly choices: readonly [{ readonly message: { readonly content: string } }];
}

/** undici, split at newlines, `JSON.parse`, take the delta: what the best loop that one writes by hand costs. */
export const floor: MakeClient = async ({ baseURL, model, headers, stream = true }) => {
  const { request, Agent } = await importUndici();
  const dispatcher = new Agent();
  return {
    async ask() {
      const started = performance.now();
      const { body, statusCode } = await request(`${baseURL}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: question }], stream }),
        dispatcher,
      });
      if (statusCode !== 200) throw new Error(`status ${statusCode}: ${await body.text()}`);
      if (!stream) {
        const whole: Whole = JSON.parse(await body.text());
        return { text: whole.choices[0].message.content, pieces: 1 };
      }
      let text = '';
      let pieces = 0;
      let firstTokenMs = 0;
      await eachLine(body, (line) => {
        if (!line.startsWith('data: ') || line === 'data: [DONE]') return;
        const chunk: Chunk = JSON.parse(line.slice(6));
        const delta = chunk.choices[0]?.delta.content;
        if (!delta) return;
        if (pieces === 0) firstTokenMs = performance.now() - started;
        text += delta;
        pieces += 1;
      });
      return { text, pieces, firstTokenMs };
    },
    close: () => dispatcher.close(),
  };
};
