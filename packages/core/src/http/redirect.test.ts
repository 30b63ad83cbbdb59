import { describe, expect, it } from 'vitest';
import { ChatError } from '../chat-error.ts';
import type { HttpRequest } from './http-message.ts';
import { redirected } from './redirect.ts';

const headers = {
  Authorization: 'Bearer x',
  Cookie: 'a=b',
  'X-Api-Key': 'k',
  Origin: 'https://a.org',
  Accept: '*/*',
  'User-Agent': 'sluice',
  'content-type': 'application/json',
};

function follow(
  method: HttpRequest['method'],
  from: string,
  status: number,
  location: string | undefined,
): { url: string; request: HttpRequest } | ChatError {
  const request: HttpRequest = { method, url: from, headers, ...(method === 'POST' ? { body: '{}' } : {}) };
  try {
    const next = redirected(request, new URL(from), { status, headers: { location }, url: from });
    return { url: next.url.href, request: next.request };
  } catch (error) {
    if (ChatError.is(error)) return error;
    throw error;
  }
}

describe('a redirect that is followed', () => {
  it.each([
    ['GET', 'https://a.org/x/y', 302, 'z', 'https://a.org/x/z'],
    ['GET', 'https://a.org/x', 301, '/y?q=1', 'https://a.org/y?q=1'],
    ['GET', 'https://a.org/x', 303, 'https://a.org:443/y', 'https://a.org/y'],
    ['POST', 'https://a.org/x', 307, '/y', 'https://a.org/y'],
    ['POST', 'https://a.org/x', 308, 'https://a.org/y', 'https://a.org/y'],
  ] as const)('%s %s %i %s repeats the request as it was', (method, from, status, location, url) => {
    expect(follow(method, from, status, location)).toMatchObject({ url, request: { method, headers } });
  });

  it.each([
    ['https://a.org/x', 'https://b.org/y'],
    ['https://a.org/x', 'https://a.org:8443/y'],
    ['http://a.org/x', 'https://a.org/y'],
    ['http://10.0.0.1/x', 'http://10.0.0.2/y'],
  ])('from %s to %s takes nothing along that tells who asks', (from, location) => {
    expect(follow('GET', from, 302, location)).toEqual({
      url: location,
      request: { method: 'GET', url: from, headers: { Accept: '*/*', 'User-Agent': 'sluice' } },
    });
  });
});

describe('a redirect that is refused', () => {
  it.each([
    [
      'POST',
      302,
      '/y',
      'a.org answered 302, a redirect to https://a.org/y; if that is right, set baseURL to it',
    ],
    [
      'POST',
      303,
      '/y',
      'a.org answered 303, a redirect to https://a.org/y; if that is right, set baseURL to it',
    ],
    [
      'POST',
      307,
      'https://b.org/y?token=t',
      'a.org answered 307, a redirect to https://b.org/y; if that is right, set baseURL to it',
    ],
    [
      'DELETE',
      301,
      '/y',
      'a.org answered 301, a redirect to https://a.org/y; if that is right, set baseURL to it',
    ],
    ['GET', 302, undefined, 'a.org answered 302, a redirect without a usable Location'],
    ['GET', 302, 'https://', 'a.org answered 302, a redirect without a usable Location'],
    ['GET', 304, undefined, 'a.org answered 304, a redirect without a usable Location'],
    ['GET', 302, 'file:///etc/passwd', 'a.org answered 302, a redirect to file:, which is not followed'],
    ['GET', 302, 'data:,x', 'a.org answered 302, a redirect to data:, which is not followed'],
    [
      'GET',
      302,
      'http://b.org/',
      'a.org answered 302, a redirect from https to http (b.org), which is not followed',
    ],
    [
      'GET',
      302,
      'http://a.org/',
      'a.org answered 302, a redirect from https to http (a.org), which is not followed',
    ],
    [
      'GET',
      302,
      'http://127.0.0.1/',
      'a.org answered 302, a redirect to the private address 127.0.0.1, which is not followed',
    ],
    [
      'GET',
      302,
      'https://localhost:9/',
      'a.org answered 302, a redirect to the private address localhost:9, which is not followed',
    ],
    [
      'GET',
      302,
      'http://169.254.169.254/latest',
      'a.org answered 302, a redirect to the private address 169.254.169.254, which is not followed',
    ],
    [
      'GET',
      302,
      'http://[::ffff:169.254.169.254]/',
      'a.org answered 302, a redirect to the private address [::ffff:a9fe:a9fe], which is not followed',
    ],
    [
      'GET',
      302,
      'http://[::]/',
      'a.org answered 302, a redirect to the private address [::], which is not followed',
    ],
  ] as const)('%s %i %s', (method, status, location, message) => {
    expect(follow(method, 'https://a.org/x', status, location)).toMatchObject({
      code: 'invalid-response',
      message,
      status,
    });
  });

  it('does not take a name that begins like an address for one of this network', () => {
    expect(follow('GET', 'http://127.0.0.1.example.org/', 302, 'http://10.0.0.1/')).toMatchObject({
      code: 'invalid-response',
    });
  });
});
