import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import type { ChosenProvider } from './chosen-provider.ts';

/** A program that serves models on one's own machine, and where it usually listens. */
export interface LocalServer {
  readonly name: string;
  readonly title: string;
  readonly baseURL: string;
  /** The command that starts it. */
  readonly start: string;
}

/** Sources: the programs' own documentation of their defaults. */
export const localServers: readonly LocalServer[] = [
  { name: 'ollama', title: 'Ollama', baseURL: 'http://127.0.0.1:11434/v1', start: 'ollama serve' },
  { name: 'lmstudio', title: 'LM Studio', baseURL: 'http://127.0.0.1:1234/v1', start: 'lms server start' },
  {
    name: 'llamacpp',
    title: 'llama.cpp',
    baseURL: 'http://127.0.0.1:8080/v1',
    start: 'llama-server -m model.gguf',
  },
  { name: 'vllm', title: 'vLLM', baseURL: 'http://127.0.0.1:8000/v1', start: 'vllm serve model' },
];

/** One that answered, with the ids of its models. */
export interface FoundServer extends LocalServer {
  readonly models: readonly string[];
}

/** A server of this machine answers at once or not at all. */
const defaultTimeoutMs = 1_500;

/**
 * Asks the usual addresses for their models, all at the same time and never through a proxy. Whatever does not answer with a
 * list of models is not there: the ports are popular.
 */
export async function findLocalServers(
  servers: readonly LocalServer[] = localServers,
  {
    timeoutMs = defaultTimeoutMs,
    signal,
  }: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<readonly FoundServer[]> {
  const found = await Promise.all(
    servers.map(async (server): Promise<readonly FoundServer[]> => {
      const provider = createOpenAICompatible({ baseURL: server.baseURL, proxy: false });
      try {
        const models = await provider.listModels({ timeout: timeoutMs, ...(signal ? { signal } : {}) });
        return [{ ...server, models: models.map(({ id }) => id) }];
      } catch {
        return [];
      } finally {
        await provider.close();
      }
    }),
  );
  return found.flat();
}

/** One line about what was found at an address. */
export function describeFound({ title, baseURL, models }: FoundServer): string {
  const [first, second, ...more] = models;
  const named = [first, second].flatMap((id) => id ?? []).join(', ');
  const list = more.length === 0 ? named : `${named} and ${more.length} more`;
  return `${title} at ${baseURL}: ${models.length === 0 ? 'it has no model yet' : list}`;
}

/** How it stands in the configuration. */
export function chosenServer({ name, title, baseURL, models: [first] }: FoundServer): ChosenProvider {
  const about = first === undefined ? `${title}, which has no model yet.` : `${title}, as it was found here.`;
  return {
    name,
    id: 'openai-compatible',
    about,
    baseURL,
    ...(first === undefined ? {} : { defaultModel: first }),
  };
}
