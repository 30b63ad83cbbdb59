import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONTROL_HEADERS } from './controls.ts';
import { faults } from './faults/catalogue.ts';
import { SERVICE_NAMES } from './service.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README names every fault and its parameters, every service and every control header', () => {
  const missing = [
    ...faults.map(({ name }) => `\`${name}\``),
    ...faults.flatMap(({ parameters }) => Object.keys(parameters)),
    ...SERVICE_NAMES.filter((name) => !name.startsWith('h2o-')).map((name) => `\`${name}\``),
    ...Object.keys(CONTROL_HEADERS),
  ].filter((text) => !README.includes(text));
  expect(missing).toEqual([]);
});
