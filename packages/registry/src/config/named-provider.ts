import { type CallOptions, ChatError, type ChatProvider, type ChatRequest } from '@sluice/core';

/**
 * The same provider under another id, for packages whose factory takes none: so two instances of it can stand beside each
 * other. `providerOptions` and errors are found under the new id; options under the old one still count where the new one has
 * none.
 */
export function namedProvider(provider: ChatProvider, id: string): ChatProvider {
  const named = <Answer>(asking: Promise<Answer>): Promise<Answer> =>
    asking.catch((error: unknown) => {
      if (ChatError.is(error) && error.provider === provider.id) error.provider = id;
      throw error;
    });
  return {
    id,
    capabilities: provider.capabilities,
    listModels: async (options?: CallOptions) => named(provider.listModels(options)),
    stream: async (request: ChatRequest, options?: CallOptions) =>
      named(provider.stream(withOptionsOf(request, id, provider.id), options)),
    close: () => provider.close(),
  };
}

function withOptionsOf(request: ChatRequest, id: string, innerId: string): ChatRequest {
  const { providerOptions } = request;
  if (providerOptions === undefined || !Object.hasOwn(providerOptions, id)) return request;
  return { ...request, providerOptions: { [innerId]: providerOptions[id] ?? {} } };
}
