import type { ChatProvider, ProviderManifest } from '@sluice/core';
import { createFlowGpt, manifest as flowgpt } from '@sluice/provider-flowgpt';
import { createH2o, manifest as h2o } from '@sluice/provider-h2o';
import { createOpenAICompatible, manifest as openAICompatible } from '@sluice/provider-openai-compatible';
import { createYlokh, manifest as ylokh } from '@sluice/provider-ylokh';
import type { SandboxUrls, ServiceSelector } from '@sluice/sandbox';

/** Where a provider is to be found. */
export interface ProviderAddress {
  readonly baseURL: string;
  readonly apiKey?: string;
}

/** A provider that comes with the command. */
export interface BuiltInProvider {
  readonly manifest: ProviderManifest;
  create(address: ProviderAddress): ChatProvider;
  /** What plays it in the sandbox. */
  readonly sandbox: {
    readonly service: ServiceSelector;
    readonly url: (urls: SandboxUrls) => string;
    /** The model where the manifest has no default. */
    readonly defaultModel?: string;
  };
}

/** In the order in which they are tried. */
export const builtInProviders: readonly BuiltInProvider[] = [
  {
    manifest: h2o,
    create: ({ baseURL }) => createH2o({ baseURL }),
    sandbox: { service: 'h2o', url: (urls) => urls.h2o },
  },
  {
    manifest: ylokh,
    create: (address) => createYlokh(address),
    sandbox: { service: 'ylokh', url: (urls) => urls.ylokh },
  },
  {
    manifest: flowgpt,
    create: ({ baseURL }) => createFlowGpt({ baseURL }),
    sandbox: { service: 'flowgpt', url: (urls) => urls.flowgpt },
  },
  {
    manifest: openAICompatible,
    create: (address) => createOpenAICompatible(address),
    sandbox: { service: 'openai', url: (urls) => urls.openai, defaultModel: 'sandbox' },
  },
];

/** The id of the provider for an address of which nothing else is said. */
export const commonProvider = 'openai-compatible';
