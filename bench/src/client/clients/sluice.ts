import type { ChatProvider } from '@sluice/core';
import type { Registry, RegistryConfig } from '@sluice/registry';
import { oursFolder } from '../../install/folders.ts';
import { importFrom } from '../../install/import-from.ts';
import { type Address, type Client, type MakeClient, question } from '../client.ts';

type Factory = (options: { readonly [name: string]: unknown }) => ChatProvider;

/** Reads answers as our READMEs show it: `textStream`. */
function reading(provider: ChatProvider, model?: string): Client {
  return {
    async ask() {
      const messages = [{ role: 'user' as const, content: question }];
      const stream = await provider.stream(model === undefined ? { messages } : { model, messages });
      let text = '';
      let pieces = 0;
      for await (const piece of stream.textStream) {
        text += piece;
        pieces += 1;
      }
      return { text, pieces };
    },
    close: () => provider.close(),
  };
}

async function openAICompatible({ baseURL, model }: Address): Promise<ChatProvider> {
  const { createOpenAICompatible } = await importFrom<{ createOpenAICompatible: Factory }>(
    oursFolder,
    '@sluice/provider-openai-compatible',
  );
  return createOpenAICompatible({ id: 'bench', baseURL, defaultModel: model });
}

export const sluice: MakeClient = async (address) => reading(await openAICompatible(address));

/** Reads the events themselves, as a program does that also wants the usage. */
export const sluiceEvents: MakeClient = async (address) => {
  const provider = await openAICompatible(address);
  return {
    async ask() {
      const stream = await provider.stream({ messages: [{ role: 'user', content: question }] });
      let text = '';
      let pieces = 0;
      for await (const event of stream) {
        if (event.type !== 'text-delta') continue;
        text += event.text;
        pieces += 1;
      }
      return { text, pieces };
    },
    close: () => provider.close(),
  };
};

export const sluiceRegistry: MakeClient = async (address) => {
  const { createRegistry } = await importFrom<{ createRegistry(config: RegistryConfig): Registry }>(
    oursFolder,
    '@sluice/registry',
  );
  const registry = createRegistry({ providers: [await openAICompatible(address)] });
  return reading(registry, `bench:${address.model}`);
};

export const sluiceH2o: MakeClient = async ({ baseURL, model }) => {
  const { createH2o } = await importFrom<{ createH2o: Factory }>(oursFolder, '@sluice/provider-h2o');
  return reading(createH2o({ baseURL, models: [model] }));
};

export const sluiceFlowGpt: MakeClient = async ({ baseURL, model }) => {
  const { createFlowGpt } = await importFrom<{ createFlowGpt: Factory }>(
    oursFolder,
    '@sluice/provider-flowgpt',
  );
  return reading(createFlowGpt({ baseURL, models: [model] }));
};
