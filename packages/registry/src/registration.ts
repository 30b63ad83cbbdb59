import type { ChatProvider, ProviderManifest } from '@sluice/core';
import { checkTargetSettings, type TargetSettings } from './target-settings.ts';

/** One of several keys for the same provider: an instance of it, made with that key. */
export interface NamedCredential {
  /** How decisions and snapshots call it; not the key. */
  readonly name: string;
  readonly provider: ChatProvider;
}

/**
 * A provider and what is known of its names. A `ChatProvider` alone does not say which models it has; its manifest does, and
 * whoever registers it may say more. Field by field, what is given here wins over the manifest; aliases are merged. The
 * target settings hold for each of its models.
 */
export interface Registration extends TargetSettings {
  readonly provider: ChatProvider;
  /** The static description from the provider's package. It may have another id than the provider: the provider's counts. */
  readonly manifest?: ProviderManifest;
  /** Model ids that a bare model name finds here. Others can still be asked for as `provider:model`. */
  readonly models?: readonly string[];
  /** Other names for model ids. */
  readonly aliases?: { readonly [alias: string]: string };
  /** What the provider's id alone stands for. Default: the only model, where one is listed; else whatever the provider itself does without a model. */
  readonly defaultModel?: string;
  /**
   * Instances of the provider with different keys, which answer instead of `provider`; that one still says what it can do and
   * lists the models. A key that is refused, unpaid or rate-limited rests while the others serve.
   */
  readonly credentials?: readonly NamedCredential[];
  /** Settings of single models, by model id; they win over the provider's. */
  readonly modelSettings?: { readonly [model: string]: TargetSettings };
}

/** A registered provider with its names settled. */
export interface Member {
  readonly id: string;
  readonly provider: ChatProvider;
  readonly manifest?: ProviderManifest;
  readonly models: readonly string[];
  readonly aliases: { readonly [alias: string]: string };
  readonly defaultModel?: string;
  /** Who answers; at least one. */
  readonly credentials: readonly NamedCredential[];
  /** The settings of a model, or of the provider's own choice. */
  settingsOf(model: string | undefined): TargetSettings;
}

/** Settles what a registration and its manifest say. Throws a `TypeError` that begins with `path`. */
export function memberOf(source: ChatProvider | Registration, path: string): Member {
  const registration: Registration = isRegistration(source) ? source : { provider: source };
  const { provider, manifest, modelSettings = {} } = registration;
  if (!isProvider(provider)) {
    throw new TypeError(`${path} is no provider: pass a ChatProvider, or { provider, manifest?, models? }`);
  }
  if (provider.id === '' || provider.id.includes(':')) {
    throw new TypeError(
      `${path} has the id ${JSON.stringify(provider.id)}: an id is not empty and has no colon`,
    );
  }
  checkTargetSettings(registration, path);
  for (const [model, settings] of Object.entries(modelSettings)) {
    checkTargetSettings(settings, `${path}.modelSettings[${JSON.stringify(model)}]`);
  }
  const models = registration.models ?? manifest?.models ?? [];
  const defaultModel =
    registration.defaultModel ?? manifest?.defaultModel ?? (models.length === 1 ? models[0] : undefined);
  return {
    id: provider.id,
    provider,
    models,
    aliases: { ...manifest?.modelAliases, ...registration.aliases },
    credentials: credentialsOf(registration, path),
    settingsOf: (model) =>
      model !== undefined && Object.hasOwn(modelSettings, model)
        ? { ...registration, ...modelSettings[model] }
        : registration,
    ...(manifest === undefined ? {} : { manifest }),
    ...(defaultModel === undefined ? {} : { defaultModel }),
  };
}

function credentialsOf({ provider, credentials }: Registration, path: string): readonly NamedCredential[] {
  if (credentials === undefined) return [{ name: 'default', provider }];
  if (!Array.isArray(credentials) || credentials.length === 0) {
    throw new TypeError(`${path}.credentials must name at least one { name, provider }`);
  }
  const names = new Set<string>();
  for (const [index, credential] of credentials.entries()) {
    const at = `${path}.credentials[${index}]`;
    if (typeof credential?.name !== 'string' || credential.name === '' || names.has(credential.name)) {
      throw new TypeError(`${at}.name must be a name of its own: decisions call the key by it`);
    }
    names.add(credential.name);
    if (!isProvider(credential.provider) || credential.provider.id !== provider.id) {
      throw new TypeError(`${at}.provider must be an instance of the provider ${provider.id}`);
    }
  }
  return [...credentials];
}

function isProvider(value: unknown): value is ChatProvider {
  const provider = value as ChatProvider | undefined | null;
  return typeof provider?.stream === 'function' && typeof provider.id === 'string';
}

function isRegistration(source: ChatProvider | Registration): source is Registration {
  return typeof source === 'object' && source !== null && 'provider' in source;
}
