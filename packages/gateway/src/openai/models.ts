import type { ModelInfo } from '@sluice/core';

/** A model as OpenAI lists it. */
export interface ModelObject {
  readonly id: string;
  readonly object: 'model';
  /** Unix time in seconds; 0 where nobody says. */
  readonly created: number;
  readonly owned_by: string;
}

/** Writes a model under the name by which it can be asked for. */
export function modelObject({ id, createdAtMs = 0, ownedBy }: ModelInfo): ModelObject {
  const [provider] = id.split(':', 1);
  return {
    id,
    object: 'model',
    created: Math.floor(createdAtMs / 1000),
    owned_by: ownedBy ?? provider ?? 'sluice',
  };
}

/** What `GET /v1/models/{id}` finds: a name of the list, or a bare model that some provider lists. */
export function findModel(models: readonly ModelInfo[], id: string): ModelInfo | undefined {
  const listed = models.find((model) => model.id === id) ?? models.find((model) => bareName(model.id) === id);
  return listed && { ...listed, id };
}

function bareName(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}
