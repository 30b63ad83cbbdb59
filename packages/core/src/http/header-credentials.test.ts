import { describe, expect, it } from 'vitest';
import { headerCredentials } from './header-credentials.ts';

describe('the credentials of headers', () => {
  it('are the values of headers that carry some, and their parts', () => {
    const headers = { Authorization: 'Bearer abcdef0123', 'X-Api-Key': 'k-1', Accept: 'text/event-stream' };
    expect(headerCredentials(headers)).toEqual(['Bearer abcdef0123', 'abcdef0123', 'k-1']);
    expect(headerCredentials({ cookie: 'sid=session-1; theme=dark' })).toContain('session-1');
  });

  it('are none where there is no value', () => {
    expect(headerCredentials()).toEqual([]);
    expect(headerCredentials({ authorization: undefined })).toEqual([]);
  });
});
