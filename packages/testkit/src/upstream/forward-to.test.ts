import { expect, test } from 'vitest';
import { forwardTo } from './forward-to.ts';
import { chunk, lastChunk, reply, replyHead } from './http-reply.ts';
import { scriptedUpstream } from './scripted-upstream.ts';

test('a request goes on to the other server and its answer comes back, cookies and all', async () => {
  await using target = await scriptedUpstream(function* ({ headers, text }) {
    yield replyHead(302, { location: `${headers.origin}/next`, 'x-body': text() }).replace(
      '\r\n\r\n',
      '\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n\r\n',
    );
    yield chunk('moved');
    yield lastChunk;
  });
  await using upstream = await scriptedUpstream(forwardTo(target.url));
  const response = await fetch(`${upstream.url}/step?one`, {
    method: 'POST',
    body: 'hello',
    headers: { origin: upstream.url },
    redirect: 'manual',
  });
  expect([response.status, response.headers.getSetCookie(), await response.text()]).toEqual([
    302,
    ['a=1', 'b=2'],
    'moved',
  ]);
  expect(response.headers.get('x-body')).toBe('hello');
  // Each side knows the other by its own address.
  expect(target.exchanges[0]).toMatchObject({ path: '/step?one', headers: { origin: target.url } });
  expect(response.headers.get('location')).toBe(`${upstream.url}/next`);
});

test('an answer without a body has none here either', async () => {
  await using target = await scriptedUpstream(reply(204));
  await using upstream = await scriptedUpstream(forwardTo(target.url));
  const response = await fetch(upstream.url, { method: 'DELETE' });
  expect([response.status, await response.text()]).toEqual([204, '']);
});
