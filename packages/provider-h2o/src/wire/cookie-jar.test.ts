import { describe, expect, it } from 'vitest';
import { createCookieJar } from './cookie-jar.ts';

const nowMs = Date.parse('2026-11-21T00:00:00Z');

function headerAfter(...setCookies: readonly string[]): string | undefined {
  const jar = createCookieJar('hf-chat', 'own', new URL('https://chat.example.org/chat/'));
  for (const each of setCookies) jar.store(each, nowMs);
  return jar.header();
}

describe('the cookies of a call', () => {
  it('begin with the session', () => {
    expect(headerAfter()).toBe('hf-chat=own');
  });

  it('are what the server last set, also over http with Secure', () => {
    expect(
      headerAfter(
        'hf-chat=theirs; Path=/; Expires=Sun, 21 Nov 2027 13:01:00 GMT; HttpOnly; Secure; SameSite=None',
        'lb=node-3; path=/\nx=1; Max-Age=60',
      ),
    ).toBe('hf-chat=theirs; lb=node-3; x=1');
  });

  it('go when the server takes them back', () => {
    expect(headerAfter('a=1\nb=2\nc=3', 'a=; Max-Age=0', 'b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT')).toBe(
      'hf-chat=own; c=3',
    );
    expect(headerAfter('hf-chat=; max-age=-1')).toBeUndefined();
  });

  it.each([
    ['hf-chat=new; Domain=example.org', 'new'],
    ['hf-chat=new; domain=.Chat.example.org', 'new'],
    ['hf-chat=new; Domain=', 'new'],
    ['hf-chat=new; Domain=elsewhere.org', 'own'],
    ['hf-chat=new; Domain=ample.org', 'own'],
    ['hf-chat=new; Domain=deep.chat.example.org', 'own'],
    ['hf-chat=new; Path=/chat', 'new'],
    ['hf-chat=new; Path=relative', 'new'],
    ['hf-chat=; Max-Age=0; Path=/admin', 'own'],
    ['hf-chat=new; Path=/cha', 'own'],
  ])('are those that are meant for this server: %s', (setCookie, value) => {
    expect(headerAfter(setCookie)).toBe(`hf-chat=${value}`);
  });

  it('are not made of what is no cookie, or too much', () => {
    expect(headerAfter('', 'nonsense', '=value', `big=${'x'.repeat(5_000)}`)).toBe('hf-chat=own');
    const many = Array.from({ length: 100 }, (_, each) => `c${each}=1`).join('\n');
    expect(headerAfter(many)?.split('; ')).toHaveLength(32);
  });
});
