import { asChatError, type CallOptions, type ChatError, type ModelInfo } from '@sluice/core';
import type { Member } from './registration.ts';

/** What one provider said when it was asked for its models. */
export interface ProviderModels {
  readonly provider: string;
  /** With the provider's own ids. If it could not be asked: what it was registered with, as `source: 'manifest'`. */
  readonly models: readonly ModelInfo[];
  /** Why it could not be asked. */
  readonly error?: ChatError;
}

/** Asks every provider at the same time; one that fails says so in its own row. Throws only `aborted`. */
export function listByProvider(
  members: Iterable<Member>,
  options: CallOptions,
): Promise<readonly ProviderModels[]> {
  return Promise.all(Array.from(members, (member) => ask(member, options)));
}

/** The models of all rows in one list, as `provider:model`. */
export function merged(rows: readonly ProviderModels[]): readonly ModelInfo[] {
  return rows.flatMap(({ provider, models }) =>
    models.map((model) => ({ ...model, id: `${provider}:${model.id}` })),
  );
}

async function ask({ id, provider, models }: Member, options: CallOptions): Promise<ProviderModels> {
  try {
    return { provider: id, models: await provider.listModels(options) };
  } catch (thrown) {
    const error = asChatError(thrown, { provider: id });
    if (error.code === 'aborted' && options.signal?.aborted) throw error;
    return { provider: id, models: models.map((model) => ({ id: model, source: 'manifest' })), error };
  }
}
