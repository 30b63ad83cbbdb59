import type { ChatProvider, ProviderManifest } from '@sluice/core';

/**
 * A provider and what is known of its names. A `ChatProvider` alone does not say which models it has; its manifest does, and
 * whoever registers it may say more. Field by field, what is given here wins over the manifest; aliases are merged.
 */
export interface Registration {
  readonly provider: ChatProvider;
  /** The static description from the provider's package. It may have another id than the provider: the provider's counts. */
  readonly manifest?: ProviderManifest;
  /** Model ids that a bare model name finds here. Others can still be asked for as `provider:model`. */
  readonly models?: readonly string[];
  /** Other names for model ids. */
  readonly aliases?: { readonly [alias: string]: string };
  /** What the provider's id alone stands for. Default: whatever the provider itself does without a model. */
  readonly defaultModel?: string;
}

/** A registered provider with its names settled. */
export interface Member {
  readonly id: string;
  readonly provider: ChatProvider;
  readonly manifest?: ProviderManifest;
  readonly models: readonly string[];
  readonly aliases: { readonly [alias: string]: string };
  readonly defaultModel?: string;
}

/** Settles what a registration and its manifest say. Throws a `TypeError` that begins with `path`. */
export function memberOf(source: ChatProvider | Registration, path: string): Member {
  const registration: Registration = isRegistration(source) ? source : { provider: source };
  const { provider, manifest } = registration;
  if (typeof provider?.stream !== 'function' || typeof provider.id !== 'string') {
    throw new TypeError(`${path} is no provider: pass a ChatProvider, or { provider, manifest?, models? }`);
  }
  if (provider.id === '' || provider.id.includes(':')) {
    throw new TypeError(
      `${path} has the id ${JSON.stringify(provider.id)}: an id is not empty and has no colon`,
    );
  }
  const defaultModel = registration.defaultModel ?? manifest?.defaultModel;
  return {
    id: provider.id,
    provider,
    models: registration.models ?? manifest?.models ?? [],
    aliases: { ...manifest?.modelAliases, ...registration.aliases },
    ...(manifest === undefined ? {} : { manifest }),
    ...(defaultModel === undefined ? {} : { defaultModel }),
  };
}

function isRegistration(source: ChatProvider | Registration): source is Registration {
  return typeof source === 'object' && source !== null && 'provider' in source;
}
