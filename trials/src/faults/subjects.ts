import type { ChatProvider, Timeouts } from '@sluice/core';
import { createFlowGpt } from '@sluice/provider-flowgpt';
import { createH2o, type H2oEra } from '@sluice/provider-h2o';
import { createOpenAICompatible } from '@sluice/provider-openai-compatible';
import { createYlokh } from '@sluice/provider-ylokh';
import type { SandboxUrls, ServiceName } from '@sluice/sandbox';

/** Whoever meets the faults: the four providers, H2o once for each era of its protocol. */
export const subjectNames = [
  'openai-compatible',
  'ylokh',
  'flowgpt',
  'h2o-a',
  'h2o-b',
  'h2o-c',
  'h2o-d',
  'h2o-e',
] as const;

export type SubjectName = (typeof subjectNames)[number];

/** How an instance of a provider is made for one cell. */
export interface Making {
  readonly baseURL: string;
  readonly timeout: Timeouts;
  /** The longest that a provider with conversations may take to clean up, in milliseconds. Default 30,000: longer than a busy machine needs. */
  readonly cleanupTimeoutMs?: number;
}

/** One provider, and the service of the sandbox that is its upstream. */
export interface Subject {
  readonly name: SubjectName;
  /** The provider's own id. */
  readonly id: string;
  readonly service: ServiceName;
  /** It makes a conversation upstream that has to be deleted. */
  readonly makesConversations: boolean;
  /** It asks for a stream also where its caller wants a whole answer. */
  readonly alwaysStreams: boolean;
  urlOf(urls: SandboxUrls): string;
  create(making: Making): ChatProvider;
}

function h2o(era: H2oEra): Subject {
  return {
    name: `h2o-${era}`,
    id: 'h2o',
    service: `h2o-${era}`,
    makesConversations: true,
    alwaysStreams: true,
    urlOf: (urls) => urls.h2oByEra[era],
    create: ({ cleanupTimeoutMs = 30_000, ...making }) =>
      createH2o({ ...making, era, cleanupTimeoutMs, proxy: false }),
  };
}

/** Every subject, in the order of `subjectNames`. */
export const subjects: readonly Subject[] = [
  {
    name: 'openai-compatible',
    id: 'openai-compatible',
    service: 'openai',
    makesConversations: false,
    alwaysStreams: false,
    urlOf: (urls) => urls.openai,
    create: ({ cleanupTimeoutMs: _, ...making }) =>
      createOpenAICompatible({ ...making, defaultModel: 'sandbox', proxy: false }),
  },
  {
    name: 'ylokh',
    id: 'ylokh',
    service: 'ylokh',
    makesConversations: false,
    alwaysStreams: false,
    urlOf: (urls) => urls.ylokh,
    create: ({ cleanupTimeoutMs: _, ...making }) => createYlokh({ ...making, proxy: false }),
  },
  {
    name: 'flowgpt',
    id: 'flowgpt',
    service: 'flowgpt',
    makesConversations: false,
    alwaysStreams: true,
    urlOf: (urls) => urls.flowgpt,
    create: ({ cleanupTimeoutMs: _, ...making }) => createFlowGpt({ ...making, proxy: false }),
  },
  h2o('a'),
  h2o('b'),
  h2o('c'),
  h2o('d'),
  h2o('e'),
];

/** The one that answers where the first target fails: another service of the sandbox, which no fault strikes. */
export const secondService: ServiceName = 'llamacpp';

export function createSecond(urls: SandboxUrls): ChatProvider {
  return createOpenAICompatible({
    id: 'second',
    baseURL: urls.llamacpp,
    defaultModel: 'sandbox',
    proxy: false,
  });
}
