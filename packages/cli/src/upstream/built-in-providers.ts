import { type ChatProvider, closest, type ProviderManifest } from '@sluice/core';
import { createFlowGpt, manifest as flowgpt } from '@sluice/provider-flowgpt';
import { createH2o, manifest as h2o } from '@sluice/provider-h2o';
import { createOpenAICompatible, manifest as openAICompatible } from '@sluice/provider-openai-compatible';
import { createYlokh, manifest as ylokh } from '@sluice/provider-ylokh';
import type { SandboxUrls, ServiceSelector } from '@sluice/sandbox';
import { UsageError } from '../usage-error.ts';

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

/** Throws a `UsageError` with the nearest id for an unknown one. */
export function findBuiltIn(id: string): BuiltInProvider {
  const found = builtInProviders.find(({ manifest }) => manifest.id === id);
  if (found) return found;
  throw unknownProvider(
    id,
    builtInProviders.map(({ manifest }) => manifest.id),
  );
}

/** What to say of a provider that there is not. */
export function unknownProvider(id: string, ids: readonly string[]): UsageError {
  const near = closest(id, ids);
  const hint = near === undefined ? `there are ${ids.join(', ')}` : `did you mean ${near}?`;
  return new UsageError(`no provider is named ${JSON.stringify(id)}; ${hint}`);
}

/** The id of the provider for an address of which nothing else is said. */
export const commonProvider = 'openai-compatible';
