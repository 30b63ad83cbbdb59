import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { serverJsonSchema } from './check-server-settings.ts';

const shipped = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve('@sluice/registry/config.schema.json')), 'utf8'),
) as { readonly properties: { readonly server: object } };

test('the published schema of a configuration says of the door what the door checks', () => {
  const rewrite = 'write it anew: node packages/gateway/src/config/write-config-schema.ts';
  expect(shipped.properties.server, rewrite).toEqual(serverJsonSchema());
});

test('every setting of the door has a hint', () => {
  const { properties } = serverJsonSchema() as {
    properties: { [name: string]: { description?: string; items?: { properties?: object } } };
  };
  const ofKeys = properties.keys?.items?.properties as typeof properties;
  expect(Object.keys(ofKeys)).toContain('requestsPerMinute');
  for (const [name, { description }] of Object.entries({ ...properties, ...ofKeys }))
    expect(description, name).toMatch(/^[\w$].*\.$/);
});
