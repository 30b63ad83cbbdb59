import { describe, expect, it } from 'vitest';
import { type ProxyEnvironment, proxyEnvironment, proxyFor } from './proxy.ts';

const environment: ProxyEnvironment = { httpProxy: 'http://plain:1', httpsProxy: 'http://secure:2' };

function hostOfProxy(
  target: string,
  explicit?: string | false,
  env: ProxyEnvironment = environment,
): string | undefined {
  return proxyFor(new URL(target), explicit, env)?.host;
}

describe('the proxy of a call', () => {
  it.each([
    ['http://api.example.org/', undefined, 'plain:1'],
    ['https://api.example.org/', undefined, 'secure:2'],
    ['https://api.example.org/', 'http://mine:3', 'mine:3'],
    ['https://api.example.org/', 'mine:3', 'mine:3'],
    ['https://api.example.org/', 'socks5://mine:3', 'mine:3'],
    ['https://api.example.org/', 'socks5h://user:p%40ss@mine:3', 'mine:3'],
    ['https://api.example.org/', 'https://[2001:db8::1]:3', '[2001:db8::1]:3'],
    ['https://api.example.org/', false, undefined],
    ['https://api.example.org/', '', undefined],
    ['http://127.0.0.1:8000/', undefined, undefined],
    ['http://localhost:8000/', undefined, undefined],
    ['http://[::1]:8000/', undefined, undefined],
    ['http://127.0.0.1.example.org/', undefined, 'plain:1'],
    ['http://127.0.0.1:8000/', 'http://mine:3', 'mine:3'],
  ] as const)('to %s, asked for %j, is %s', (target, explicit, host) => {
    expect(hostOfProxy(target, explicit)).toBe(host);
  });

  it('is none where nobody names one', () => {
    expect(hostOfProxy('https://api.example.org/', undefined, {})).toBeUndefined();
  });

  it('keeps its user name and password', () => {
    const proxy = proxyFor(new URL('https://a.org/'), 'http://user:p%40ss@mine:3', {});
    expect([proxy?.username, proxy?.password]).toEqual(['user', 'p%40ss']);
  });

  it.each(['ftp://mine:3', 'mine:port', 'http://', '://', 'socks4://mine:3', 'file:///etc/passwd'])(
    'is not %s, which is refused without being repeated',
    (proxy) => {
      expect(() => hostOfProxy('https://a.org/', proxy)).toThrow(
        expect.objectContaining({
          code: 'invalid-request',
          message: 'proxy must be an address such as http://host:port or socks5://host:port',
        }),
      );
    },
  );

  it.each([true, 8080, new URL('http://mine:3'), {}])('is not %j, which is no text', (proxy) => {
    expect(() => hostOfProxy('https://a.org/', proxy as never)).toThrow(/^proxy must be an address/);
  });

  it.each(['http://us%zz:p@mine:3', 'socks5://user:100%@mine:3'])(
    'with a lone % in its user name or password is refused without being repeated: %s',
    (proxy) => {
      expect(() => hostOfProxy('https://a.org/', proxy)).toThrow(
        expect.objectContaining({
          code: 'invalid-request',
          message: 'proxy has a % in its user name or password that stands for no character; write it as %25',
        }),
      );
    },
  );

  it('is named where it stands in the environment and is none', () => {
    expect(() => hostOfProxy('https://a.org/', undefined, { httpsProxy: 'ftp://x' })).toThrow(
      /^HTTPS_PROXY must be/,
    );
    expect(() => hostOfProxy('http://a.org/', undefined, { httpProxy: 'ftp://x' })).toThrow(
      /^HTTP_PROXY must be/,
    );
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['example.org', 'http://example.org/', true],
    ['example.org', 'http://api.example.org/', true],
    ['.example.org', 'http://api.example.org/', true],
    ['.example.org', 'http://example.org/', true],
    ['*.example.org', 'http://api.example.org/', true],
    ['EXAMPLE.org', 'http://example.ORG/', true],
    ['example.org', 'http://notexample.org/', false],
    ['api.example.org', 'http://example.org/', false],
    ['a.org, example.org', 'http://example.org/', true],
    ['a.org example.org', 'http://example.org/', true],
    ['example.org:8080', 'http://example.org:8080/', true],
    ['example.org:8080', 'http://example.org/', false],
    ['example.org:443', 'https://example.org/', true],
    ['10.0.0.1', 'http://10.0.0.1:8000/', true],
    ['2001:db8::1', 'http://[2001:db8::1]:8000/', true],
    ['[2001:db8::1]', 'http://[2001:db8::1]:8000/', true],
    ['[2001:db8::1]:8000', 'http://[2001:db8::1]:8000/', true],
    ['[2001:db8::1]:8001', 'http://[2001:db8::1]:8000/', false],
    ['*', 'http://example.org/', true],
    ['', 'http://example.org/', false],
    [',', 'http://example.org/', false],
  ])('%j exempts %s: %s', (noProxy, target, exempt) => {
    expect(hostOfProxy(target, undefined, { ...environment, noProxy }) === undefined).toBe(exempt);
  });

  it('does not count where a call names its proxy itself', () => {
    expect(hostOfProxy('http://a.org/', 'http://mine:3', { noProxy: '*' })).toBe('mine:3');
  });
});

describe('the environment', () => {
  it.each([
    [
      { HTTP_PROXY: 'a', HTTPS_PROXY: 'b', NO_PROXY: 'c' },
      { httpProxy: 'a', httpsProxy: 'b', noProxy: 'c' },
    ],
    [{ http_proxy: 'x', HTTP_PROXY: 'a' }, { httpProxy: 'x' }],
    [
      { ALL_PROXY: 'a', https_proxy: 'b' },
      { httpProxy: 'a', httpsProxy: 'b' },
    ],
    [
      { all_proxy: 'a', HTTP_PROXY: '' },
      { httpProxy: 'a', httpsProxy: 'a' },
    ],
    [{}, {}],
  ])('%j', (env, read) => {
    expect(proxyEnvironment(env)).toEqual(read);
  });
});
