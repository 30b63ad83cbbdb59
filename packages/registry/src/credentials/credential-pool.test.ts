import { describe, expect, it } from 'vitest';
import { type Cooldowns, createCooldowns } from '../health/cooldowns.ts';
import { credentialName } from './credential-name.ts';
import { type CredentialPool, createCredentialPool } from './credential-pool.ts';

const secrets = ['sk-alpha-0123456789', 'sk-beta-0123456789', 'sk-gamma-0123456789'];

function poolFor(target: string, cooldowns: Cooldowns = createCooldowns()): CredentialPool {
  return createCredentialPool({
    keys: { provider: 'ylokh', model: target, target },
    credentials: secrets.map((secret) => credentialName('ylokh', secret)),
    cooldowns,
  });
}

function takes(pool: CredentialPool, nowMs: number, times: number): (number | undefined)[] {
  return Array.from({ length: times }, () => pool.take(nowMs));
}

describe('a pool of keys', () => {
  it('uses them in turn', () => {
    expect(takes(poolFor('ylokh:m'), 0, 5)).toEqual([0, 1, 2, 0, 1]);
  });

  it('leaves out a key that was refused, everywhere, until its time is over', () => {
    const cooldowns = createCooldowns();
    const here = poolFor('ylokh:m', cooldowns);
    const there = poolFor('ylokh:n', cooldowns);
    here.record(1, 'auth', 0);
    expect(takes(here, 0, 4)).toEqual([0, 2, 0, 2]);
    expect(takes(there, 0, 3)).toEqual([0, 2, 0]);
    expect(takes(here, 300_000, 3)).toEqual([0, 1, 2]);
    here.record(0, 'payment-required', 300_000);
    expect(takes(there, 300_001, 3)).toEqual([1, 2, 1]);
  });

  it('leaves out a key that was used too much at this target alone, for as long as it was told', () => {
    const cooldowns = createCooldowns();
    const here = poolFor('ylokh:m', cooldowns);
    here.record(0, 'rate-limited', 0, 2_000);
    expect(takes(here, 0, 3)).toEqual([1, 2, 1]);
    expect(takes(poolFor('ylokh:n', cooldowns), 0, 3)).toEqual([0, 1, 2]);
    expect(cooldowns.blocking({ provider: 'ylokh', model: 'ylokh:m', target: 'ylokh:m' }, 0)).toBeUndefined();
    expect(here.record(0, 'rate-limited', 2_000)?.untilMs).toBe(7_000);
    here.succeeded(0, 7_000);
    expect(here.record(0, 'rate-limited', 8_000)?.untilMs).toBe(13_000);
  });

  it('books on the target what is no fault of a key', () => {
    const cooldowns = createCooldowns();
    const pool = poolFor('ylokh:m', cooldowns);
    expect(pool.record(0, 'server-error', 0)).toBeUndefined();
    expect(pool.record(0, 'overloaded', 0, 4_000)).toMatchObject({ scope: 'target', key: 'ylokh:m' });
    expect(pool.record(0, 'blocked', 0)).toMatchObject({ scope: 'provider', key: 'ylokh' });
    expect(pool.readyAtMs(0)).toBe(0);
  });

  it('is out while all keys are, until the earliest is back', () => {
    const pool = poolFor('ylokh:m');
    pool.record(0, 'auth', 0);
    pool.record(1, 'rate-limited', 0, 8_000);
    expect(pool.refusal(0)).toBeUndefined();
    pool.record(2, 'rate-limited', 0, 4_000);
    expect(pool.take(0)).toBeUndefined();
    expect(pool.readyAtMs(0)).toBe(4_000);
    expect(pool.refusal(0)).toMatch(
      /^no usable key: #\w{4} auth for 300 s, #\w{4} rate-limited for 8 s, #\w{4} rate-limited for 4 s$/,
    );
    expect(pool.take(4_000)).toBe(2);
  });

  it('waits for the longer of two troubles with one key', () => {
    const pool = poolFor('ylokh:m');
    for (const index of secrets.keys()) {
      pool.record(index, 'rate-limited', 0, 4_000);
      pool.record(index, 'auth', 0);
    }
    expect(pool.readyAtMs(0)).toBe(300_000);
    for (const index of secrets.keys()) pool.record(index, 'rate-limited', 0, 900_000);
    expect(pool.readyAtMs(0)).toBe(900_000);
  });

  it('changes nothing when it is only looked at', () => {
    const pool = poolFor('ylokh:m');
    for (let time = 0; time < 5; time += 1) pool.readyAtMs(0);
    pool.states(0);
    expect(pool.take(0)).toBe(0);
  });

  it('never shows a key', () => {
    const told: string[] = [];
    const cooldowns = createCooldowns({ onCool: (cooldown) => told.push(JSON.stringify(cooldown)) });
    const pool = poolFor('ylokh:m', cooldowns);
    for (const index of secrets.keys()) pool.record(index, 'auth', 0);
    const shown = JSON.stringify([told, pool.states(0), pool.refusal(0), cooldowns.running(0)]);
    for (const secret of secrets) {
      for (let at = 0; at + 5 <= secret.length; at += 1)
        expect(shown).not.toContain(secret.slice(at, at + 5));
    }
  });

  it('refuses to be empty, or to have a key twice', () => {
    const make = (keys: readonly string[]) => () =>
      createCredentialPool({
        keys: { provider: 'a', model: 'a:m', target: 'a:m' },
        credentials: keys.map((key) => credentialName('a', key)),
        cooldowns: createCooldowns(),
      });
    expect(make([])).toThrow('credentials is empty');
    expect(make(['one-key', 'other', 'one-key'])).toThrow('credentials[2] is the same key as credentials[0]');
  });
});

describe('the name of a key', () => {
  it("is its owner's, or tells keys apart without giving one away", () => {
    expect(credentialName('h2o', 'secret', 'H2O_KEY')).toEqual({ id: 'h2o/H2O_KEY', label: 'H2O_KEY' });
    const unnamed = credentialName('h2o', 'secret');
    expect(unnamed.label).toMatch(/^#[0-9a-f]{4}$/);
    expect(unnamed).toEqual(credentialName('h2o', 'secret'));
    expect(unnamed.id).not.toBe(credentialName('h2o', 'secret2').id);
  });
});
