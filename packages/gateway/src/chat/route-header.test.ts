import type { RouteDecision } from '@sluice/core';
import { expect, test } from 'vitest';
import { routeHeader, warningsHeader } from './route-header.ts';

const decision: RouteDecision = {
  requested: 'fast',
  strategy: 'latency',
  candidates: [
    { target: 'b:two', provider: 'b', verdict: 'eligible', reason: 'expected first token 120 ms' },
    { target: 'a:one', provider: 'a', verdict: 'eligible', reason: 'x' },
  ],
  plan: ['a:one', 'b:two'],
  attempts: [
    { target: 'a:one', outcome: 'rate-limited', durationMs: 3 },
    { target: 'b:two', outcome: 'served', durationMs: 120 },
  ],
  target: 'b:two',
};

test('it says who answered, who did not, and why', () => {
  expect(routeHeader(decision)).toBe(
    'b:two; strategy=latency; attempts=2; tried="a:one rate-limited"; why="expected first token 120 ms"',
  );
  const { target: _target, ...failed } = decision;
  expect(routeHeader(failed)).toMatch(/^none; strategy=latency; attempts=2; tried=/);
});

test('whatever names hold, it stays one bounded line of plain characters', () => {
  const name = `x\r\nset-cookie: a=b;"\\${'é'.repeat(5000)}`;
  const attempts = Array.from({ length: 50 }, () => ({
    target: name,
    outcome: 'network' as const,
    durationMs: 1,
  }));
  for (const header of [
    routeHeader({ ...decision, target: name, strategy: name, attempts }),
    warningsHeader([{ type: 'warning', code: 'other', feature: name, message: '' }]),
  ]) {
    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect(header.length).toBeLessThanOrEqual(1000);
    expect(header).not.toContain('\\');
  }
});
