import { describe, expect, it } from 'vitest';
import { type ChatErrorCode, errorPolicies } from './error-codes.ts';

const rows = Object.entries(errorPolicies) as [ChatErrorCode, (typeof errorPolicies)[ChatErrorCode]][];

describe('the table of errors', () => {
  it('has a row for every code', () => {
    expect(rows.map(([code]) => code).sort()).toMatchInlineSnapshot(`
      [
        "aborted",
        "auth",
        "blocked",
        "connect-timeout",
        "content-filter",
        "context-length",
        "deadline-exceeded",
        "empty-response",
        "first-token-timeout",
        "idle-timeout",
        "internal",
        "invalid-request",
        "invalid-response",
        "model-not-found",
        "network",
        "no-target",
        "overloaded",
        "payment-required",
        "rate-limited",
        "saturated",
        "server-error",
        "truncated",
        "unsupported",
      ]
    `);
  });

  it.each(rows)('%s: what cools has a time, what does not has none', (_code, { cools, cooldown }) => {
    expect(cooldown !== undefined).toBe(cools !== 'nothing');
    if (cooldown) expect(cooldown.maxMs).toBeGreaterThanOrEqual(cooldown.baseMs);
  });

  it.each(rows)(
    '%s: the gateway answers with a status of failure, never its caller’s 401',
    (_code, { httpStatus }) => {
      expect(httpStatus).toBeGreaterThanOrEqual(400);
      expect(httpStatus).not.toBe(401);
    },
  );

  it('what the caller did never weighs against an upstream', () => {
    for (const code of [
      'aborted',
      'deadline-exceeded',
      'invalid-request',
      'unsupported',
      'saturated',
    ] as const) {
      expect(errorPolicies[code]).toMatchObject({ breakerWeight: 0, cools: 'nothing' });
    }
  });
});
