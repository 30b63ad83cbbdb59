import { asChatError, type CallOptions, ChatError, type ModelInfo, type Timeouts } from '@sluice/core';
import { CallLife } from './call-life.ts';
import { totalOf } from './call-limits.ts';
import type { Member } from './registration.ts';
import type { Timers } from './timers.ts';

/** How long a provider may take that is told of no deadline, in milliseconds: one that hangs must not hide the others. */
const longestListingMs = 30_000;

/** What one provider said when it was asked for its models. */
export interface ProviderModels {
  readonly provider: string;
  /** With the provider's own ids. If it could not be asked: what it was registered with, as `source: 'manifest'`. */
  readonly models: readonly ModelInfo[];
  /** Why it could not be asked. */
  readonly error?: ChatError;
}

/** How providers are asked; `timeout` with the registry's own limits under it. */
export interface Listing {
  readonly options: CallOptions & { readonly timeout: Timeouts };
  readonly timers: Timers;
}

/**
 * Asks every provider at the same time; one that fails says so in its own row, one that hangs when the time is up (`total`, else 30 s).
 * Throws only `aborted`.
 */
export async function listByProvider(
  members: Iterable<Member>,
  { options, timers }: Listing,
): Promise<readonly ProviderModels[]> {
  const totalMs = Math.min(totalOf(options.timeout), longestListingMs);
  const life = new CallLife(timers, totalMs, options.signal);
  const controller = new AbortController();
  const { promise: ended, resolve } = Promise.withResolvers<ChatError>();
  life.onEnd((error) => {
    resolve(error);
    controller.abort(error);
  });
  const asked = { ...options, signal: controller.signal };
  try {
    const rows = await Promise.all(Array.from(members, (member) => ask(member, asked, ended)));
    if (life.error?.code === 'aborted') throw life.error;
    return rows;
  } finally {
    life.close();
  }
}

/** The models of all rows in one list, as `provider:model`. */
export function merged(rows: readonly ProviderModels[]): readonly ModelInfo[] {
  return rows.flatMap(({ provider, models }) =>
    models.map((model) => ({ ...model, id: `${provider}:${model.id}` })),
  );
}

async function ask(
  { id, provider, models: known }: Member,
  options: CallOptions,
  ended: Promise<ChatError>,
): Promise<ProviderModels> {
  try {
    const answer: unknown = await Promise.race([ended, provider.listModels(options)]);
    if (ChatError.is(answer)) throw new ChatError(answer.code, `${id}: ${answer.message}`);
    if (!isList(answer)) throw new ChatError('internal', `${id} answered no list of models`);
    return { provider: id, models: answer };
  } catch (thrown) {
    const error = asChatError(thrown, { provider: id });
    return { provider: id, models: known.map((model) => ({ id: model, source: 'manifest' })), error };
  }
}

function isList(answer: unknown): answer is readonly ModelInfo[] {
  return Array.isArray(answer);
}
