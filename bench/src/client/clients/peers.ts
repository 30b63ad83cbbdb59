import { peersFolder } from '../../install/folders.ts';
import { importFrom } from '../../install/import-from.ts';
import { type Client, type MakeClient, question } from '../client.ts';

const messages = [{ role: 'user', content: question }] as const;

interface OpenAIModule {
  readonly OpenAI: new (options: {
    baseURL: string;
    apiKey: string;
    maxRetries: number;
  }) => {
    readonly chat: {
      readonly completions: {
        create(request: object): Promise<
          AsyncIterable<{
            readonly choices: readonly { readonly delta: { readonly content?: string | null } }[];
          }>
        >;
      };
    };
  };
}

/** OpenAI's own client. */
export const openai: MakeClient = async ({ baseURL, model }) => {
  const { OpenAI } = await importFrom<OpenAIModule>(peersFolder, 'openai');
  const client = new OpenAI({ baseURL, apiKey: 'bench', maxRetries: 0 });
  return {
    async ask() {
      const stream = await client.chat.completions.create({ model, messages, stream: true });
      let text = '';
      let pieces = 0;
      for await (const chunk of stream) {
        const delta = chunk.choices[0]?.delta.content;
        if (!delta) continue;
        text += delta;
        pieces += 1;
      }
      return { text, pieces };
    },
    close: async () => {},
  };
};

interface TextStreams {
  readonly textStream: AsyncIterable<string>;
}

interface AiModule {
  streamText(options: object): TextStreams;
}

interface AiProviderModule {
  createOpenAICompatible(options: object): (model: string) => object;
}

/** The AI SDK with its provider for such servers. */
export const ai: MakeClient = async ({ baseURL, model }) => {
  const { streamText } = await importFrom<AiModule>(peersFolder, 'ai');
  const provider = await importFrom<AiProviderModule>(peersFolder, '@ai-sdk/openai-compatible');
  const languageModel = provider.createOpenAICompatible({ name: 'bench', baseURL })(model);
  return textStreamOf(() => streamText({ model: languageModel, messages, maxRetries: 0 }));
};

/** The smallest of the known clients. */
export const xsai: MakeClient = async ({ baseURL, model }) => {
  const { streamText } = await importFrom<AiModule>(peersFolder, '@xsai/stream-text');
  return textStreamOf(() => streamText({ baseURL, model, messages }));
};

function textStreamOf(askFor: () => TextStreams): Client {
  return {
    async ask() {
      let text = '';
      let pieces = 0;
      for await (const piece of askFor().textStream) {
        // xsai hands the empty text of the first message on.
        if (piece === '') continue;
        text += piece;
        pieces += 1;
      }
      return { text, pieces };
    },
    close: async () => {},
  };
}
