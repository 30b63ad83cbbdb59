import { z } from 'zod';
import { configSchema } from './schema.ts';

/** Where the schema stands for editors that have no copy of the package. */
const id =
  'https://raw.githubusercontent.com/sluice-js/sluice/main/packages/registry/src/config/config.schema.json';

/** The JSON Schema of a configuration, draft 7: what editors understand best. The package ships it as `config.schema.json`. */
export function configJsonSchema(): { readonly [key: string]: unknown } {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-7', io: 'input' });
  return { $schema, $id: id, title: 'Sluice configuration', ...schema };
}
