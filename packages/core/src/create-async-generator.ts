import type { ChatProvider } from './provider.ts';
import type { CallOptions, ChatRequest } from './request.ts';

/** The call shape of the original clients: everything in one object. All but `messages` is optional. */
export type AsyncGeneratorParameters = ChatRequest & CallOptions;

/**
 * Yields the text of an answer piece by piece: the call shape of the original Python clients, for people who port code.
 * Leaving the loop early closes the socket. Throws a `ChatError`.
 *
 * @example
 * for await (const text of createAsyncGenerator(provider, { messages: [{ role: 'user', content: 'Hello' }] })) {
 *   process.stdout.write(text);
 * }
 */
export async function* createAsyncGenerator(
  provider: ChatProvider,
  parameters: AsyncGeneratorParameters,
): AsyncGenerator<string, void, undefined> {
  const { stream, signal, timeout, proxy, headers, includeRaw, ...request } = parameters;
  const options: CallOptions = {
    ...(stream === undefined ? {} : { stream }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(proxy === undefined ? {} : { proxy }),
    ...(headers === undefined ? {} : { headers }),
    ...(includeRaw === undefined ? {} : { includeRaw }),
  };
  const answer = await provider.stream(request, options);
  yield* answer.textStream;
}
