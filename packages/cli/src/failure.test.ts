import { ChatError, type RouteAttempt } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { failedAlike, failureLine, reportFailure } from './failure.ts';
import { fakeIo } from './fake-io.fixture.ts';
import { createTerminal } from './terminal/terminal.ts';
import { UsageError } from './usage-error.ts';

const attempt = (target: string, outcome: RouteAttempt['outcome'], message: string): RouteAttempt => ({
  target,
  outcome,
  message,
  durationMs: 1,
});

/** An error of a registry after these attempts. */
function failed(code: ChatError['code'], ...attempts: readonly RouteAttempt[]): ChatError {
  const route = { requested: 'default', strategy: 'ordered', candidates: [], plan: [], attempts };
  return Object.assign(new ChatError(code, 'no target answered:\n  a\n  b'), { route });
}

describe('the line for a failure', () => {
  it('names the target and the reason where one was tried', () => {
    const error = failed('network', attempt('h2o:falcon', 'network', 'the connection was refused'));
    expect(failureLine(error)).toBe('h2o:falcon: the connection was refused');
  });

  it('names all targets where all failed for the same reason', () => {
    const attempts = [
      attempt('h2o:falcon', 'overloaded', 'h2o answered 503 at 127.0.0.1:5000'),
      attempt('ylokh:gpt', 'overloaded', 'ylokh answered 503 at 127.0.0.1:6001'),
    ];
    expect(failedAlike(attempts)).toBe(true);
    expect(failureLine(failed('overloaded', ...attempts))).toBe(
      'none of h2o:falcon, ylokh:gpt answered; h2o:falcon: h2o answered 503 at 127.0.0.1:5000',
    );
  });

  it('takes the most informative where the reasons differ', () => {
    const attempts = [
      attempt('h2o:falcon', 'network', 'the connection was reset'),
      attempt('ylokh:gpt', 'auth', 'ylokh answered 401: no key.'),
      attempt('flowgpt:gpt', 'network', 'the connection was refused'),
    ];
    expect(failedAlike(attempts)).toBe(false);
    expect(failureLine(failed('auth', ...attempts))).toBe(
      'none of 3 targets answered; ylokh:gpt: ylokh answered 401: no key; --api-key-env, or apiKeyEnv in sluice.config, names the variable that holds the key',
    );
  });

  it('names the only target once', () => {
    const error = failed('auth', attempt('h2o:falcon', 'auth', 'h2o answered 401'));
    expect(failureLine(error)).toMatch(/^h2o answered 401; /);
  });

  it('names a target that was tried twice once', () => {
    const refused = attempt('h2o:falcon', 'network', 'the connection was refused');
    expect(failureLine(failed('network', refused, refused))).toBe('h2o:falcon: the connection was refused');
  });

  it('holds no credential, and says how to see what a provider threw', () => {
    expect(failureLine(new Error('with sk-abcdefghijklmnopqrstuvwx'))).toBe(
      'unexpected Error: with [redacted] (SLUICE_DEBUG=1 shows where)',
    );
    expect(failureLine(new ChatError('internal', 'unexpected Error in echo'))).toBe(
      'unexpected Error in echo; SLUICE_DEBUG=1 shows it',
    );
  });

  it('and its stack trace drive no terminal and hold no credential', async () => {
    const io = fakeIo({ env: { SLUICE_DEBUG: '1' }, terminal: ['stderr'] });
    const cause = new Error('upstream: \u001b[2J sk-abcdefghijklmnopqrstuvwx');
    await reportFailure(new Error('it failed', { cause }), createTerminal(io, { color: false }));
    expect(io.stderr.text).toContain('caused by Error: upstream: ␛[2J [redacted]\n');
  });

  it('speaks of the options of this command', () => {
    const error = new ChatError(
      'invalid-response',
      'a web page; check that baseURL is right (timeout.total)',
    );
    expect(failureLine(error)).toBe('a web page; check that --base-url is right (--timeout)');
  });

  it('says that what was shown is not all', () => {
    const partial = { text: 'Paris', reasoning: '', toolCalls: [], complete: true };
    const error = new ChatError('truncated', 'h2o ended its answer too early', { partial });
    expect(failureLine(error)).toBe('the answer is incomplete: h2o ended its answer too early');
  });

  it('differs between failures of one kind', () => {
    expect(
      failedAlike([
        attempt('a', 'network', 'the connection was reset'),
        attempt('b', 'network', 'the name does not exist'),
      ]),
    ).toBe(false);
  });

  it('is the message of a usage error, and tells where to look for anything else', () => {
    expect(failureLine(new UsageError('the prompt is empty'))).toBe('the prompt is empty');
    expect(failureLine(new RangeError('too much'))).toBe(
      'unexpected RangeError: too much (SLUICE_DEBUG=1 shows where)',
    );
    expect(failureLine('thrown text')).toBe('unexpected string: thrown text (SLUICE_DEBUG=1 shows where)');
  });
});
