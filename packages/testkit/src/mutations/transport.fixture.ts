import { ChatError } from '@sluice/core';
import type { createHttpClient } from '@sluice/core/http';
import { referenceDecoder } from '../reference-provider.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';
import { optionsTo, requesting } from './parts.fixture.ts';

/** Redirects, compression and proxies. */
export const transportMutations: readonly Mutation[] = [
  {
    wrong: 'follows redirects of its answer with all that it sends',
    parts: requesting((inner, request, rest) => following(request.method === 'POST', inner, request, rest)),
    fails: ['redirect-of-answer'],
    says: /a redirect of the answer \(307\) took the provider's key along to another origin/,
  },
  {
    wrong: 'follows redirects of its list of models with all that it sends',
    parts: requesting((inner, request, rest) => following(request.method === 'GET', inner, request, rest)),
    fails: ['redirect-of-models'],
    says: /a redirect of the list of models \(302\) took a key in the headers of the call \(x-api-key\) along/,
  },
  {
    wrong: 'cannot read what is compressed',
    parts: requesting(async (inner, request, rest) => {
      const response = await inner.request(request, ...rest);
      if (response.headers['content-encoding'] === undefined) return response;
      response.body.abort();
      throw new ChatError('invalid-response', 'the answer is compressed', { sent: 'yes' });
    }),
    fails: ['compressed-answers'],
    says: /an answer in gzip, in one chunk: expected an answer, got invalid-response/,
  },
  {
    wrong: 'unpacks whatever comes, and gathers it',
    parts: unbounded(
      requesting(async (inner, request, rest) => {
        const response = await inner.request(request, ...rest);
        if (response.headers['content-encoding'] === undefined) return response;
        response.body.abort();
        const { method, url, headers = {}, body = '' } = request;
        const again = await fetch(url, { method, headers: headers as Record<string, string>, body });
        const reader = again.body?.getReader();
        return {
          ...response,
          body: {
            ...response.body,
            read: async () => (await reader?.read())?.value,
            release: () => void reader?.cancel(),
            abort: () => void reader?.cancel(),
          },
        };
      }),
    ),
    fails: ['decompression-bomb'],
    says: /came in \d+ KiB and unpacks to 32 MiB: expected invalid-response, got an answer of 33554432 characters/,
  },
  {
    wrong: 'takes no heed of the proxy of a call',
    parts: () => ({ wrap: optionsTo(({ proxy: _, ...options }) => options) }),
    fails: ['proxy-per-call', 'proxy-refused'],
    says: /a call that names a proxy was answered, but did not go through it/,
  },
  {
    wrong: 'goes around a proxy that refuses',
    parts: () => ({
      wrap: (provider) => ({
        ...provider,
        stream: (request, options) =>
          provider.stream(request, options).catch((error: unknown) => {
            if (!ChatError.is(error) || !error.message.includes('the proxy')) throw error;
            return provider.stream(request, { ...options, proxy: false });
          }),
      }),
    }),
    fails: ['proxy-refused'],
    says: /a proxy that refuses with 403: stream\(\) must reject, but it resolved/,
  },
];

/** Lines of compressed answers may be as long as they like. */
function unbounded(parts: Mutation['parts']): Mutation['parts'] {
  return () => {
    const made = parts();
    return {
      ...made,
      spec: (spec) => ({
        ...(made.spec?.(spec) ?? spec),
        decode: (head, request, context) =>
          head.headers['content-encoding'] === undefined
            ? spec.decode(head, request, context)
            : referenceDecoder(context.secrets, context.includeRaw, 1e9),
      }),
    };
  };
}

/** Follows one redirect, wherever it leads. */
async function following(
  follows: boolean,
  inner: ReturnType<typeof createHttpClient>,
  request: Parameters<typeof inner.request>[0],
  rest: readonly [Parameters<typeof inner.request>[1], (string | false | undefined)?],
): ReturnType<typeof inner.request> {
  if (!follows) return inner.request(request, ...rest);
  const response = await inner.request({ ...request, redirect: 'manual' }, ...rest);
  const { location } = response.headers;
  if (location === undefined) return response;
  response.body.release();
  return inner.request({ ...request, url: new URL(location, request.url) }, ...rest);
}
