import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from './config-json-schema.ts';

const file = new URL('config.schema.json', import.meta.url);

const shipped = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly properties: { readonly server: object };
};

describe('the JSON Schema of the configuration', () => {
  it('is current in the file that the package ships; the part of the door is compared by the gateway', () => {
    const current = configJsonSchema({ ...shipped.properties.server });
    expect(shipped, 'write it anew: node packages/gateway/src/config/write-config-schema.ts').toEqual(
      current,
    );
  });

  it('says what it is and has a hint for every setting', () => {
    expect(shipped).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: expect.stringMatching(/^https:\/\/.*\/config\.schema\.json$/),
      required: ['providers'],
      additionalProperties: false,
    });
    for (const [name, property] of Object.entries<{ description?: string }>({ ...shipped.properties })) {
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
    [true, { providers: { a: {} }, server: { port: 8080, keys: [{ name: 'team', env: 'TEAM_KEY' }] } }],
    [false, { providers: { a: {} }, server: { prot: 8080 } }],
    [false, { providers: { a: {} }, server: { keys: [{ env: 'TEAM_KEY' }] } }],
  ])('takes (%j) what the configuration takes: %j', (valid, config) => {
    expect(new Validator({ ...shipped }, '7').validate(config).valid).toBe(valid);
  });
});
