import { readFile } from 'node:fs/promises';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from './config-json-schema.ts';

const file = new URL('config.schema.json', import.meta.url);

/** Writes the file anew; `npm run fix` then gives it its form. */
const rewrite =
  'node -e "import(\'./packages/registry/src/config/index.ts\').then((config) => console.log(JSON.stringify(config.configJsonSchema())))" > packages/registry/src/config/config.schema.json';

describe('the JSON Schema of the configuration', () => {
  it('is current in the file that the package ships', async () => {
    expect(JSON.parse(await readFile(file, 'utf8')), `write it anew: ${rewrite}`).toEqual(configJsonSchema());
  });

  it('says what it is and has a hint for every setting', async () => {
    const schema = JSON.parse(await readFile(file, 'utf8'));
    expect(schema).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: expect.stringMatching(/^https:\/\/.*\/config\.schema\.json$/),
      required: ['providers'],
      additionalProperties: false,
    });
    for (const [name, property] of Object.entries<{ description?: string }>(schema.properties)) {
      expect(property.description, name).toMatch(/^[\w$].*\.$/);
    }
  });

  it.each<[boolean, unknown]>([
    [
      true,
      { providers: { a: { use: 'h2o', options: { x: [1] }, apiKeyEnv: 'A_KEY' } }, routes: { r: ['a'] } },
    ],
    [
      true,
      {
        $schema: 'x',
        providers: { a: {} },
        routes: { r: { targets: ['a'], strategy: { name: 'balanced', price: 0 } } },
      },
    ],
    [false, { providers: { a: { ueber: 'h2o' } } }],
    [false, { providers: { A: {} } }],
    [false, { providers: { a: { apiKeyEnv: 'not a name' } } }],
    [false, { providers: { a: {} }, routes: { r: { targets: ['a'], strategy: 'fast' } } }],
    [false, { providers: { a: {} }, hedge: { afterMs: 'p99' } }],
  ])('takes (%j) what the configuration takes: %j', (valid, config) => {
    expect(new Validator(configJsonSchema(), '7').validate(config).valid).toBe(valid);
  });
});
