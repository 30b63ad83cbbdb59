import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaults, pascalCase } from './answers.ts';
import { checks } from './check-answers.ts';

describe('names of packages', () => {
  test.each(['sluice-provider-weather', '@weather/sluice-provider', 'a', 'weather.chat_2'])(
    '%s will do',
    (name) => {
      expect(checks.packageName(name)).toBeUndefined();
    },
  );

  test.each([
    ['Weather Chat', 'weather-chat'],
    ['_weather', 'weather'],
    ['@Weather Inc/Provider', '@weather-inc/provider'],
    ['@weather', 'weather'],
    ['Météo', 'meteo'],
    ['a'.repeat(300), 'a'.repeat(214)],
    ['@sluice/provider-weather', 'sluice-provider-weather'],
    ['', 'sluice-provider'],
    ['http', 'sluice-provider-http'],
    ['node_modules', 'sluice-provider-node-modules'],
  ])('%s will not, but %s would', (name, suggestion) => {
    expect(checks.packageName(name)?.suggestion).toBe(suggestion);
  });
});

test.each([
  ['sluice-provider-weather', 'weather'],
  ['@weather/sluice-provider', 'weather'],
  ['@acme/sluice-provider-weather', 'weather'],
  ['weather-provider', 'weather'],
  ['sluice-provider-2nd-tide', 'nd-tide'],
  ['sluice-provider-http-client', 'http-client'],
  ['sluice-provider-a-very-long-name-of-a-service', 'a-very-long-name-of-a-se'],
])('the id of %s is %s', (name, id) => {
  expect(defaults.id(name)).toBe(id);
});

test('a suggestion would do, whatever was said', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'grapheme' })), (text) => {
      for (const key of ['packageName', 'id', 'title'] as const) {
        const suggestion = checks[key](text)?.suggestion;
        if (suggestion !== undefined) expect(checks[key](suggestion), suggestion).toBeUndefined();
      }
    }),
  );
});

test('of a good name the defaults are good, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'abz09-.@/_') }), (name) => {
      fc.pre(checks.packageName(name) === undefined);
      const id = defaults.id(name);
      expect(checks.id(id)?.problem ?? 'none').toMatch(/^none$|has this name for itself/);
      expect(checks.title(defaults.title(id))).toBeUndefined();
      expect(pascalCase(id)).toMatch(/^[A-Z][A-Za-z0-9]*$/);
    }),
  );
});

test.each([
  'ftp://weather.example',
  'weather',
  'https://a.example/?key=1',
  "https://a.example/'",
  'https://a.example/#b',
])('%s is no address for a package', (address) => {
  expect(checks.baseURL(address)).toBeDefined();
});
