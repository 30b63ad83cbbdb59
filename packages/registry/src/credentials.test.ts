import { ChatError, type ChatErrorCode } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf, fakeProvider } from './fake-provider.fixture.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

const fail = (code: ChatErrorCode): Script => ({ fails: new ChatError(code, `it failed with ${code}`) });

describe('several keys of one provider', () => {
  function withKeys(...scripts: readonly (readonly Script[])[]) {
    const timers = virtualTimers();
    const keys = scripts.map((script) => scripted('paid', timers, ...script));
    const registry = createRegistry({
      timers,
      strategy: 'ordered',
      providers: [
        {
          provider: fakeProvider('paid'),
          credentials: keys.map((provider, index) => ({ name: `KEY_${index + 1}`, provider })),
        },
      ],
    });
    return { timers, registry, calls: () => keys.map(({ calls }) => calls.length) };
  }

  it.each<[ChatErrorCode, number]>([
    ['auth', 300_000],
    ['payment-required', 3_600_000],
    ['rate-limited', 5_000],
  ])('%s benches one; the next serves at once, as an attempt of its own', async (code, forMs) => {
    const { registry, calls } = withKeys([fail(code)], [{}]);
    const stream = await registry.stream(ask);
    expect(stream.route?.attempts).toMatchObject([
      { outcome: code, credential: 'KEY_1', cooled: { what: 'credential', forMs } },
      { outcome: 'served', credential: 'KEY_2' },
    ]);
    await stream.result();
    await (await registry.stream(ask)).result();
    expect(calls()).toEqual([1, 2]);
    expect(registry.snapshot().targets[0]?.credentials).toEqual([
      { name: 'KEY_1', forMs, code },
      { name: 'KEY_2', forMs: 0 },
    ]);
  });

  it('all benched: the target is left out until the first comes back', async () => {
    const { registry, timers } = withKeys([fail('auth'), {}], [fail('payment-required')]);
    expect((await failureOf(registry.stream(ask))).code).toBe('payment-required');
    const error = await failureOf(registry.stream(ask));
    expect(error).toMatchObject({ name: 'NoTargetError', retryAfterMs: 300_000 });
    expect(error.message).toContain('no usable key: KEY_1 auth for 300 s, KEY_2 payment-required for 3600 s');
    await timers.advance(300_000);
    expect((await registry.stream(ask)).route?.attempts[0]?.credential).toBe('KEY_1');
  });

  it('5xx is the target’s, not the key’s', async () => {
    const { registry, timers, calls } = withKeys([fail('server-error'), {}], [{}]);
    const call = registry.stream(ask);
    await timers.advance(300);
    expect((await call).route?.attempts.map(({ outcome }) => outcome)).toEqual(['server-error', 'served']);
    expect(registry.snapshot().cooldowns).toEqual([]);
    expect(calls()).toEqual([1, 1]);
  });
});
