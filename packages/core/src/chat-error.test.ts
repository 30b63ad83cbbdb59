import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { asChatError, ChatError } from './chat-error.ts';
import { collect } from './chat-result.ts';
import { failureOf } from './echo-codec.fixture.ts';
import type { ChatEvent } from './events.ts';

/** The same module once more, as an application has it that installed two versions of this package. */
async function secondCopy(): Promise<typeof import('./chat-error.ts')> {
  const again = './chat-error.ts?second-copy';
  return (await import(/* @vite-ignore */ again)) as typeof import('./chat-error.ts');
}

describe('ChatError', () => {
  it('is an error with a code, and only the details that it was given', () => {
    const error = new ChatError('rate-limited', 'slow down', { provider: 'p', status: 429, retryAfterMs: 0 });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'ChatError',
      code: 'rate-limited',
      message: 'slow down',
      provider: 'p',
      status: 429,
      retryAfterMs: 0,
      sent: 'no',
    });
    expect(Object.keys(error).sort()).toEqual(['code', 'name', 'provider', 'retryAfterMs', 'sent', 'status']);
    expect(error).not.toHaveProperty('cause');
    expect(new ChatError('network', 'm', { cause: 1 }).cause).toBe(1);
  });

  it('is recognised by another copy of the package, in both directions', async () => {
    const other = await secondCopy();
    expect(other.ChatError).not.toBe(ChatError);
    const ours = new ChatError('auth', 'no');
    const theirs = new other.ChatError('auth', 'no');
    expect(theirs instanceof ChatError).toBe(false);
    expect([ChatError.is(theirs), other.ChatError.is(ours)]).toEqual([true, true]);
    expect(asChatError(theirs, { provider: 'p' })).toBe(theirs);
    expect(theirs.provider).toBe('p');
  });

  it.each([undefined, null, 'auth', { code: 'auth', name: 'ChatError' }, new Error('x'), () => {}])(
    '%s is none',
    (value) => expect(ChatError.is(value)).toBe(false),
  );

  it('is recognised where it is extended', () => {
    class AllFailed extends ChatError {}
    expect(ChatError.is(new AllFailed('no-target', 'x'))).toBe(true);
  });

  it('has a form for logs without prompt, answer or credential', () => {
    const error = new ChatError('truncated', 'cut', {
      provider: 'p',
      model: 'm',
      status: 200,
      retryAfterMs: 5,
      sent: 'yes',
      body: 'bounded and redacted before',
      partial: { text: 'THE ANSWER', reasoning: 'THE THOUGHT', toolCalls: [], complete: true },
      cause: Object.assign(new Error('THE KEY'), { headers: { authorization: 'THE KEY' } }),
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ChatError',
      code: 'truncated',
      message: 'cut',
      provider: 'p',
      model: 'm',
      status: 200,
      retryAfterMs: 5,
      sent: 'yes',
      body: 'bounded and redacted before',
    });
    expect(JSON.stringify({ error })).not.toContain('THE');
  });
});

describe('asChatError', () => {
  it('leaves an error what it is, and tells it where it happened only if it does not know', () => {
    const error = new ChatError('network', 'x', { provider: 'first' });
    expect(asChatError(error, { provider: 'second', model: 'm' })).toBe(error);
    expect([error.provider, error.model]).toEqual(['first', 'm']);
  });

  it.each([
    [new TypeError('prompt text in here'), "unexpected TypeError in p; see the error's cause"],
    ['prompt text in here', "unexpected string in p; see the error's cause"],
    [undefined, "unexpected undefined in p; see the error's cause"],
  ])('makes internal of %s, without its text', (thrown, message) => {
    const error = asChatError(thrown, { provider: 'p', model: 'm' });
    expect(error).toMatchObject({ code: 'internal', message, provider: 'p', model: 'm' });
    expect(error.cause).toBe(thrown);
    expect(JSON.stringify(error)).not.toContain('prompt text');
  });

  it('takes a code of a newer version for the failure of one target, so that the next one is tried', () => {
    const newer = new ChatError('network', 'the moon is full', {
      status: 509,
      retryAfterMs: 1_000,
      sent: 'maybe',
    });
    Object.defineProperty(newer, 'code', { value: 'full-moon' });
    const error = asChatError(newer, { provider: 'p', model: 'm' });
    expect(error).toMatchObject({
      code: 'server-error',
      message: 'the moon is full (code "full-moon", which this version of @sluice/core does not know)',
      provider: 'p',
      model: 'm',
      status: 509,
      retryAfterMs: 1_000,
      sent: 'maybe',
    });
    expect(error.cause).toBe(newer);
  });
});

it('printed as it is, an error shows no part of the answer', async () => {
  const partial = { text: 'THE ANSWER', reasoning: 'THE THOUGHT', toolCalls: [], complete: true };
  const given = new ChatError('truncated', 'cut off', { partial });
  async function* broken(): AsyncGenerator<ChatEvent> {
    yield { type: 'text-delta', text: 'THE ANSWER' };
    throw new ChatError('network', 'gone');
  }
  const learnt = await failureOf(collect(broken()));
  for (const error of [given, learnt]) {
    expect(error.partial?.text).toBe('THE ANSWER');
    expect(`${inspect(error, { depth: null })} ${JSON.stringify({ ...error })}`).not.toMatch(
      /ANSWER|THOUGHT/,
    );
  }
});
