import type { CallScope, ModelInfo } from '@sluice/core';
import type { EraTraits } from '../era.ts';
import type { Candidates } from '../era-memory.ts';
import { readDataNodes, rootIndex } from './devalue.ts';
import { isRecord, textField, tryJson } from './json-value.ts';
import { type About, readRefusal } from './refusal.ts';
import type { Session } from './session.ts';
import type { Site } from './site.ts';

/** Where the models may be, the likeliest place of these candidates first. */
export function modelPathsOf(candidates: Candidates): readonly EraTraits['modelsPath'][] {
  const likely = candidates.map(({ modelsPath }) => modelsPath);
  return [...new Set([...likely, '/api/v2/models', '/api/models', '/__data.json'] as const)];
}

/**
 * Asks the server for its models. Nothing if it has no list anywhere. Throws what the network throws, and for a refusal that
 * says more than "not here" (401, 429, 5xx) the error of it.
 */
export async function fetchModels(
  paths: readonly string[],
  site: Site,
  session: Session,
  scope: CallScope,
  about: About,
): Promise<readonly ModelInfo[] | undefined> {
  for (const path of paths) {
    const response = await session.send({ method: 'GET', url: site.at(path) }, scope);
    if (response.status >= 200 && response.status < 300) {
      const models = readModels(tryJson(await response.body.text()));
      if (models) return models;
    } else if (tellsMore.has(response.status) || response.status >= 500) {
      throw (await readRefusal('models', response, about, Date.now())).error;
    } else {
      response.body.release();
    }
  }
  return undefined;
}

const tellsMore: ReadonlySet<number> = new Set([401, 429]);

/** Reads a model list: plain, wrapped by superjson (`{"json":[…]}`), or out of a page's data. Nothing if it is none of these. */
export function readModels(value: unknown): readonly ModelInfo[] | undefined {
  if (Array.isArray(value)) return value.flatMap(modelOf);
  if (isRecord(value) && Array.isArray(value.json)) return value.json.flatMap(modelOf);
  for (const node of readDataNodes(value)) {
    const list = node.field(rootIndex, 'models');
    if (list === undefined) continue;
    return node.entries(list).flatMap((entry) =>
      modelOf({
        id: node.text(node.field(entry, 'id')),
        name: node.text(node.field(entry, 'name')),
        displayName: node.text(node.field(entry, 'displayName')),
      }),
    );
  }
  return undefined;
}

function modelOf(entry: unknown): ModelInfo[] {
  if (!isRecord(entry) || entry.unlisted === true) return [];
  const id = textField(entry, 'id') ?? textField(entry, 'name');
  if (id === undefined) return [];
  const title = textField(entry, 'displayName');
  return [{ id, ...(title === undefined || title === id ? {} : { title }), source: 'upstream' }];
}
