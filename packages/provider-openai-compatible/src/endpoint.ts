import { ChatError } from '@sluice/core';

/**
 * The address of an endpoint below a base URL: `https://host/v1` and `/v1/` and `/v1?api-version=1` all work. Throws
 * `invalid-request` for a base URL that cannot be one.
 */
export function endpoint(baseURL: string, path: string, provider: string): string {
  const url = URL.parse(baseURL);
  const refuse = (why: string): ChatError =>
    new ChatError('invalid-request', `baseURL of ${provider} ${why}`, { provider });
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw refuse('must be an http:// or https:// address such as http://localhost:8000/v1');
  }
  if (url.username !== '' || url.password !== '')
    throw refuse('must not hold a password; use apiKey or headers');
  const base = url.pathname.replace(/\/+$/, '');
  if (base.endsWith('/chat/completions')) {
    throw refuse('must end before /chat/completions, which is added to it');
  }
  url.pathname = base + path;
  url.hash = '';
  return url.href;
}
