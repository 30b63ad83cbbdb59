import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settled } from './config/server-settings.ts';
import { startTestGateway } from './gateway.fixture.ts';
import { openapiDocument } from './server/openapi-document.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the README has every setting, every metric and every endpoint', async () => {
  for (const setting of [...Object.keys(settled({})), 'cors']) expect(readme).toContain(`\`${setting}\``);
  for (const path of Object.keys(openapiDocument().paths as object)) expect(readme).toContain(path);
  await using gateway = await startTestGateway();
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const names = [...metrics.matchAll(/^# HELP (sluice_\w+) /gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(readme).toContain(`\`${name}\``);
});
