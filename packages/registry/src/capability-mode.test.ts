import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, fakeProvider } from './fake-provider.fixture.ts';

describe('what cannot be done natively', () => {
  const json = { ...ask, responseFormat: { type: 'json' } } as const;
  const lacking = (support: 'emulated' | 'none') =>
    fakeProvider('a', undefined, { capabilities: { json: support } });

  it.each([
    ['strict', 'emulated', false],
    ['strict', 'none', false],
    ['emulate', 'emulated', true],
    ['emulate', 'none', false],
    ['warn', 'emulated', true],
    ['warn', 'none', true],
  ] as const)('in mode %s, %s JSON passes: %s', (capabilities, support, passes) => {
    const registry = createRegistry({ providers: [lacking(support)], capabilities });
    expect(registry.plan(json).plan).toEqual(passes ? ['a'] : []);
  });

  it('is left out of the request in mode warn, and said', async () => {
    const provider = lacking('none');
    const registry = createRegistry({ providers: [provider], capabilities: 'warn' });
    const { warnings } = await (await registry.stream({ ...json, stop: 'x' })).result();
    expect(warnings).toMatchObject([{ code: 'unsupported-parameter', feature: 'responseFormat' }]);
    expect(provider.calls[0]?.request).toEqual({ ...ask, stop: 'x' });
  });

  it('is never left out where the answer would be to another question', () => {
    const blind = fakeProvider('a', undefined, {
      capabilities: { vision: 'none', tools: 'none', systemMessage: 'none', messageHistory: 'none' },
    });
    const registry = createRegistry({ providers: [blind], capabilities: 'warn' });
    const picture = { type: 'image', url: 'https://example.com/a.png' } as const;
    expect(registry.plan({ messages: [{ role: 'user', content: [picture] }] }).plan).toEqual([]);
    expect(registry.plan({ ...ask, tools: [{ name: 'now' }] }).plan).toEqual([]);
    expect(registry.plan({ messages: [{ role: 'system', content: 'x' }, ...ask.messages] }).plan).toEqual([]);
  });
});
