import { type CallScope, ChatError, type ChatEvent, type ChatProvider } from '@sluice/core';
import {
  createHttpClient,
  type EventDecoder,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from '@sluice/core/http';
import { changeEvents, wrapStream } from '../wrap-stream.fixture.ts';
import type { Mutation } from './mutation.fixture.ts';

/** The decoder, with parts of it replaced. */
export function decoding(change: (decoder: EventDecoder) => Partial<EventDecoder>): Mutation['parts'] {
  return () => ({
    spec: (spec) => ({
      ...spec,
      decode: (head, request, context) => {
        const decoder = spec.decode(head, request, context);
        return { push: decoder.push, end: decoder.end, ...change(decoder) };
      },
    }),
  });
}

/** Events one by one. */
export function mapped(change: (event: ChatEvent) => readonly ChatEvent[]): Mutation['parts'] {
  return () => ({
    wrap: changeEvents(async function* (events) {
      for await (const event of events) yield* change(event);
    }),
  });
}

/** Requests as they are encoded. */
export function bodies(change: (body: { [field: string]: unknown }) => object): Mutation['parts'] {
  return () => ({
    spec: (spec) => ({
      ...spec,
      encode: (request, context) => {
        const encoded = spec.encode(request, context);
        const body = JSON.parse(String(encoded.body)) as { [field: string]: unknown };
        return { ...encoded, body: JSON.stringify(change(body)) };
      },
    }),
  });
}

/** A provider with an HTTP client of its own, whose requests go through a change. Closed with the provider. */
export function requesting(
  change: (
    inner: HttpClient,
    request: HttpRequest,
    rest: readonly [CallScope, (string | false | undefined)?],
  ) => Promise<HttpResponse>,
): Mutation['parts'] {
  return () => {
    const inner = createHttpClient();
    const http: HttpClient = {
      request: (request, ...rest) => change(inner, request, rest),
      close: () => inner.close(),
    };
    return {
      spec: (spec) => ({ ...spec, http }),
      wrap: (provider) => ({
        ...provider,
        async close() {
          await provider.close();
          inner.close();
        },
      }),
    };
  };
}

/** A provider whose calls get other options. */
export function optionsTo(
  change: (
    options: NonNullable<Parameters<ChatProvider['stream']>[1]>,
  ) => Parameters<ChatProvider['stream']>[1],
): (provider: ChatProvider) => ChatProvider {
  return (provider) => ({
    ...provider,
    stream: async (request, options) => provider.stream(request, change(options ?? {})),
    listModels: async (options) => provider.listModels(change(options ?? {})),
  });
}

/** Errors with another code or other details. */
export function errorsAs(change: (error: ChatError) => unknown): Mutation['parts'] {
  const mutated = (error: unknown): never => {
    throw ChatError.is(error) ? change(error) : error;
  };
  return () => ({
    wrap: (provider) => ({
      ...provider,
      listModels: (options) => provider.listModels(options).catch(mutated),
      stream: async (request, options) => {
        const stream = await provider.stream(request, options).catch(mutated);
        return wrapStream(stream, async function* (events) {
          try {
            yield* events;
          } catch (error) {
            mutated(error);
          }
        });
      },
    }),
  });
}
