import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { applicationOf, manifestOf } from '../discovery/application.fixture.ts';
import { checkConfig } from './check-config.ts';
import { loadConfig } from './load-config.ts';

const shipped: unknown = JSON.parse(readFileSync(new URL('config.schema.json', import.meta.url), 'utf8'));

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');

const blocks = (language: string): readonly [number, string][] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = ''], index) => [
    index + 1,
    text,
  ]);

/** The names of all settings, however deep. What users name themselves is none. */
function settingsIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(settingsIn)];
}

describe('docs/configuration.md', () => {
  it.each(blocks('json'))('its JSON example %i is right', (_number, text) => {
    const config: unknown = JSON.parse(text);
    expect(checkConfig(config)).toEqual(config);
  });

  it.each(blocks('ts'))('its TypeScript example %i can be loaded', async (_number, text) => {
    const importing = "import { defineConfig } from '@sluice/registry/config';";
    expect(text).toContain(importing);
    const file = text.replace(importing, 'const defineConfig = (config: object): object => config;');
    const folder = applicationOf({ files: { 'sluice.config.ts': file } });
    expect((await loadConfig({ cwd: folder }))?.config.providers).toHaveProperty('local');
  });

  it.each(blocks('js'))('its program %i runs', async (_number, text) => {
    const program = text.replace(/'@sluice\/registry(\/\w+)?'/g, (_all, path = '') =>
      JSON.stringify(new URL(`..${path}/index.ts`, import.meta.url).href),
    );
    const folder = applicationOf({
      packages: { '@sluice/provider-plain': { sluice: manifestOf('plain', { defaultModel: 'small' }) } },
      files: { 'main.js': program, 'sluice.config.json': '{"providers": {"plain": {}}}' },
    });
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, 'main.js')], {
      cwd: folder,
    });
    expect({ stdout, stderr }).toEqual({ stdout: '{"model":"small","options":{}}', stderr: '' });
  });

  it('names every setting', () => {
    const settings = [...new Set(settingsIn(shipped))];
    expect(settings.length).toBeGreaterThan(50);
    const named = (name: string): boolean =>
      page.includes(`\`${name}\``) || page.includes(`.${name}\``) || page.includes(`"${name}":`);
    expect(settings.filter((name) => !named(name))).toEqual([]);
  });
});
