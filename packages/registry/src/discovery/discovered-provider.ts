import type { ChatProvider, ProviderManifest } from '@sluice/core';

/** Options for a provider's factory, as its manifest describes them: plain JSON. */
export type ProviderOptions = { readonly [name: string]: unknown };

/** A provider that was imported and made; `createRegistry({ providers: [loaded] })` takes it as it is. */
export interface LoadedProvider {
  readonly provider: ChatProvider;
  readonly manifest: ProviderManifest;
}

/** What is known of every installed package that calls itself a provider. */
export interface InstalledPackage {
  /** The name under which the application depends on it: what `allow` names, and what an `import` would say. */
  readonly packageName: string;
  /** As its package.json says; empty if it says nothing. */
  readonly version: string;
  /** Absolute path of its folder, symbolic links resolved. */
  readonly directory: string;
  /**
   * Imports the provider's code and makes a provider of these options. Nothing of a provider's code runs before. Rejects with
   * a `DiscoveryError` that says what is wrong and what to do: the package is not trusted or broken, the options do not fit the
   * manifest, or the code does not give what its manifest promises.
   */
  readonly load: (options?: ProviderOptions) => Promise<LoadedProvider>;
}

/** Trusted, with a manifest that is right: `load` gives a provider. */
export interface AvailableProvider extends InstalledPackage {
  readonly status: 'available';
  readonly manifest: ProviderManifest;
}

/** Installed but not trusted: listed with its manifest, never imported. */
export interface RefusedProvider extends InstalledPackage {
  readonly status: 'refused';
  readonly manifest: ProviderManifest;
  /** Why, and how to allow it. */
  readonly reason: string;
}

/** It can't be used as it is installed. */
export interface BrokenProvider extends InstalledPackage {
  readonly status: 'broken';
  /** Missing where it could not be read, or is wrong. */
  readonly manifest?: ProviderManifest;
  /** Why, and what to do. */
  readonly reason: string;
}

export type DiscoveredProvider = AvailableProvider | RefusedProvider | BrokenProvider;
