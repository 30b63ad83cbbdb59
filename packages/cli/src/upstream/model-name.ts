import type { CallOptions } from '@sluice/core';
import type { Terminal } from '../terminal/terminal.ts';
import { UsageError } from '../usage-error.ts';
import { builtInProviders } from './built-in-providers.ts';
import type { Upstream } from './upstream.ts';

/**
 * The name to ask the registry for. With one provider chosen, a model is a model of that provider, listed or not. Where
 * nothing names a model and the provider has no default, the server is asked, and its first model is taken and told.
 */
export async function modelName(
  wanted: string | undefined,
  { only, registry }: Upstream,
  options: CallOptions,
  { note }: Terminal,
): Promise<string | undefined> {
  if (only === undefined) return wanted;
  if (wanted !== undefined) {
    const [other = ''] = wanted.split(':', 1);
    const ids = [...registry.providers, ...builtInProviders.map(({ manifest }) => manifest)].map(
      ({ id }) => id,
    );
    if (other !== only.id && other !== wanted && ids.includes(other)) {
      throw new UsageError(`--model ${wanted} is a model of ${other}, and only ${only.id} is to be asked`);
    }
    return wanted === only.id || wanted.startsWith(`${only.id}:`) ? wanted : `${only.id}:${wanted}`;
  }
  if (only.hasDefault) return only.id;
  const rows = await registry.listModelsByProvider(options);
  const row = rows.find(({ provider }) => provider === only.id);
  if (row?.error) throw row.error;
  const first = row?.models[0]?.id;
  if (first === undefined) throw new UsageError('the server lists no model: name one with --model');
  await note(`no --model is given: ${first} is the first that the server lists`);
  return `${only.id}:${first}`;
}
