// Writes the schema that editors read: the registry's own part and that of the door, in one file. `npm run fix` gives it its form.
//
//   node packages/gateway/src/config/write-config-schema.ts
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '@sluice/registry/config';
import { serverJsonSchema } from './check-server-settings.ts';

const file = fileURLToPath(import.meta.resolve('@sluice/registry/config.schema.json'));
writeFileSync(file, `${JSON.stringify(configJsonSchema(serverJsonSchema()))}\n`);
