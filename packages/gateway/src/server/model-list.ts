import type { ModelInfo } from '@sluice/core';
import type { Registry } from '@sluice/registry';

/** How long an upstream may take to list its models, in milliseconds. One that is slower is listed as it was registered. */
const listingTimeoutMs = 5_000;

/** The models of a registry, asked for once in a while. */
export interface ModelList {
  /** Routes first, then `provider:model`. */
  all(): Promise<readonly ModelInfo[]>;
}

/** Keeps what the upstreams said for `cacheMs`; callers that come together wait for one asking. */
export function createModelList(registry: Registry, cacheMs: number, now: () => number): ModelList {
  let kept: Promise<readonly ModelInfo[]> | undefined;
  let keptAt = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<readonly ModelInfo[]> => {
    const rows = await registry.listModels({ timeout: listingTimeoutMs });
    const routes = registry.routes.map((id): ModelInfo => ({ id, ownedBy: 'sluice' }));
    const seen = new Set<string>();
    return [...routes, ...rows].filter(({ id }) => !seen.has(id) && seen.add(id));
  };
  return {
    all() {
      if (kept === undefined || now() - keptAt >= cacheMs) {
        keptAt = now();
        kept = ask();
        kept.catch(() => {
          kept = undefined;
        });
      }
      return kept;
    },
  };
}
