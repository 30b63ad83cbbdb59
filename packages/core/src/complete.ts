import type { ChatResult } from './chat-result.ts';
import type { ChatProvider } from './provider.ts';
import type { CallOptions, ChatRequest } from './request.ts';

/**
 * Asks a provider (or a registry) and returns the whole answer. Throws a `ChatError`.
 *
 * @example
 * const { text } = await complete(provider, { messages: [{ role: 'user', content: 'Hello' }] });
 */
export async function complete(
  provider: ChatProvider,
  request: ChatRequest,
  options?: CallOptions,
): Promise<ChatResult> {
  const stream = await provider.stream(request, options);
  return stream.result();
}
