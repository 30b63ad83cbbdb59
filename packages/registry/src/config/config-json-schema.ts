import { z } from 'zod';
import { configSchema } from './schema.ts';

/** Where the schema stands for editors that have no copy of the package. */
const id =
  'https://raw.githubusercontent.com/sluice-js/sluice/main/packages/registry/src/config/config.schema.json';

/** A JSON Schema, as data. */
type JsonSchema = { readonly [key: string]: unknown };

/**
 * The JSON Schema of a configuration, draft 7: what editors understand best. The package ships it as `config.schema.json`.
 *
 * @param server the schema of `server`, which belongs to whoever reads it (`serverJsonSchema` of `@sluice/gateway`); without
 *   it, anything goes there
 */
export function configJsonSchema(server?: JsonSchema): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  return {
    $schema,
    $id: id,
    title: 'Sluice configuration',
    ...schema,
    properties: { ...schema.properties, ...(server === undefined ? {} : { server }) },
  };
}
