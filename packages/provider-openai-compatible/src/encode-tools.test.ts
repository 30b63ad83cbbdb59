import { expect, test } from 'vitest';
import { encodeToolChoice, encodeTools } from './encode-tools.ts';

const weather = { name: 'weather' };

test('a tool goes as a function, one without parameters as one without arguments', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };
  expect(
    encodeTools([{ name: 'weather', description: 'Tells it', parameters, strict: true }, { name: 'now' }]),
  ).toEqual([
    { type: 'function', function: { name: 'weather', description: 'Tells it', parameters, strict: true } },
    { type: 'function', function: { name: 'now', parameters: { type: 'object', properties: {} } } },
  ]);
});

test('an empty list of tools is left out, since servers refuse it', () => {
  expect(encodeTools([])).toBeUndefined();
  expect(encodeToolChoice('auto', [])).toBeUndefined();
  expect(encodeToolChoice('none', undefined)).toBeUndefined();
});

test('a choice goes by word or by name', () => {
  expect(encodeToolChoice('required', [weather])).toBe('required');
  expect(encodeToolChoice({ name: 'weather' }, [weather])).toEqual({
    type: 'function',
    function: { name: 'weather' },
  });
});

test('a choice that cannot be met is refused before anything is sent', () => {
  expect(() => encodeToolChoice('required', [])).toThrow(
    'toolChoice asks for a tool call, but tools is empty',
  );
  expect(() => encodeToolChoice({ name: 'wether' }, [weather])).toThrow(
    'toolChoice.name is "wether", which is not among tools (weather)',
  );
});
