import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatError } from './chat-error.ts';
import {
  errorFromObject,
  errorFromPage,
  errorFromStatus,
  isPage,
  type UpstreamFailure,
} from './upstream-error.ts';

const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html; charset=utf-8' };

function failure(status: number, body: string, more: Partial<UpstreamFailure> = {}): UpstreamFailure {
  return { provider: 'h2o', status, headers: json, body, nowMs: 0, ...more };
}

function page(title: string): string {
  return `<!DOCTYPE html>\n<html><head><title>\n ${title} </title></head><body>${'<p>filler</p>'.repeat(999)}</body></html>`;
}

describe('errorFromStatus', () => {
  it.each([
    [400, 'invalid-request', 'no'],
    [401, 'auth', 'no'],
    [402, 'payment-required', 'no'],
    [403, 'auth', 'no'],
    [404, 'invalid-response', 'no'],
    [405, 'invalid-response', 'no'],
    [408, 'server-error', 'no'],
    [409, 'server-error', 'no'],
    [410, 'model-not-found', 'no'],
    [413, 'context-length', 'no'],
    [418, 'invalid-request', 'no'],
    [422, 'invalid-request', 'no'],
    [429, 'rate-limited', 'no'],
    [500, 'server-error', 'maybe'],
    [502, 'server-error', 'maybe'],
    [503, 'overloaded', 'maybe'],
    [504, 'server-error', 'maybe'],
    [520, 'server-error', 'maybe'],
    [529, 'overloaded', 'maybe'],
    [304, 'invalid-response', 'maybe'],
  ] as const)('reads %i without a body as %s, sent: %s', (status, code, sent) => {
    const error = errorFromStatus(failure(status, ''));
    expect(error).toMatchObject({ code, sent, status, provider: 'h2o' });
    expect(error.message).toContain(`h2o answered ${status}`);
    expect(error.body).toBeUndefined();
  });

  it.each([
    ['{"error":{"message":"m","type":"t","code":"c"}}', 'm'],
    ['{"error":"m"}', 'm'],
    ['{"error":"Bad Request","message":"m"}', 'm'],
    ['{"message":"m"}', 'm'],
    ['{"detail":"m"}', 'm'],
    ['{"detail":[{"loc":["body"],"msg":"m"}]}', 'm'],
    ['{"errors":[{"message":"m"}]}', 'm'],
    ['{"object":"error","message":"m","type":"BadRequestError","code":400}', 'm'],
    ['{"title":"m"}', 'm'],
    ['[{"message":"m"},{"message":"n"}]', 'm'],
    ['"m"', 'm'],
    [' m \n m ', 'm m'],
    ['{"error":', '{"error":'],
  ])('finds the message in %s', (body, message) => {
    expect(errorFromStatus(failure(400, body)).message).toBe(`h2o answered 400: ${message}`);
  });

  it.each([
    '{}',
    '[]',
    '[[]]',
    'null',
    '{"error":null}',
    '{"error":{}}',
    '{"error":{"message":null}}',
    '{"message":1}',
  ])('has no message to tell in %s', (body) => {
    expect(errorFromStatus(failure(403, body)).message).toMatch(
      /^h2o answered 403(: null)?; the key may lack a permission$/,
    );
  });

  it.each([
    [400, { error: { message: "This model's maximum context length is 4096 tokens" } }, 'context-length'],
    [400, { error: { message: 'x', code: 'context_length_exceeded' } }, 'context-length'],
    [422, { error: 'inputs must have less than 1024 tokens', error_type: 'validation' }, 'context-length'],
    [400, { error: { message: 'x', code: 'content_filter' } }, 'content-filter'],
    [429, { error: { message: 'x', code: 'insufficient_quota' } }, 'payment-required'],
    [400, { error: { message: 'The model `x` does not exist' } }, 'model-not-found'],
    [404, { error: { message: 'model "x" not found, try pulling it first' } }, 'model-not-found'],
    [404, { detail: 'Not Found' }, 'invalid-response'],
    [400, { error: 'Rate limit reached' }, 'rate-limited'],
    [500, { error: 'The server is overloaded' }, 'overloaded'],
    [500, { error: { message: 'x', code: 'context_length_exceeded' } }, 'server-error'],
    [401, { error: { message: 'billing is off, rate limit' } }, 'auth'],
  ] as const)('lets the words of %i %j sharpen the status: %s', (status, body, code) => {
    expect(errorFromStatus(failure(status, JSON.stringify(body))).code).toBe(code);
  });

  it.each([
    ['model', 'model-not-found'],
    ['path', 'invalid-response'],
  ] as const)('takes a 404 as that of the %s where the caller knows it', (notFound, code) => {
    expect(errorFromStatus(failure(404, '{"error":"x"}', { notFound })).code).toBe(code);
  });

  it('repeats only the title of a page, and bounds what it keeps', () => {
    const error = errorFromStatus(failure(502, page('502 Bad Gateway'), { headers: html }));
    expect(error.message).toBe('h2o answered 502: a web page, "502 Bad Gateway"');
    expect(error.body?.length).toBeLessThan(2_200);
    expect(errorFromStatus(failure(500, 'x'.repeat(9_999), { headers: {} })).message.length).toBeLessThan(
      400,
    );
  });

  it.each([
    [403, html, page('Attention Required! | Cloudflare')],
    [503, html, page('Just a moment...')],
    [429, {}, page('Just a moment...')],
    [403, { 'cf-mitigated': 'challenge' }, ''],
    [405, { 'x-amzn-waf-action': 'captcha' }, ''],
  ])('knows a challenge with status %i %j', (status, headers, body) => {
    const error = errorFromStatus(failure(status, body, { headers }));
    expect(error.code).toBe('blocked');
    expect(error.message).toMatch(/; it wants a browser or a human$/);
  });

  it.each([
    [401, '', 'h2o answered 401; check the API key'],
    [403, '{"error":"no"}', 'h2o answered 403: no; the key may lack a permission'],
    [404, '', 'h2o answered 404; check that baseURL is the address of the API'],
  ])('says what to do about %i', (status, body, message) => {
    expect(errorFromStatus(failure(status, body)).message).toBe(message);
  });

  it('says what the provider advises instead, where it does', () => {
    const hint = (code: string): string | undefined => (code === 'auth' ? '; check the clock' : undefined);
    expect(errorFromStatus(failure(401, '', { hint })).message).toBe('h2o answered 401; check the clock');
    expect(errorFromStatus(failure(404, '', { hint })).message).toContain('check that baseURL');
  });

  it('keeps credentials and prompts out of message and body', () => {
    const secrets = { credentials: ['my-cookie-1'], prompts: ['the whole secret prompt'] };
    const body = JSON.stringify({ error: { message: 'my-cookie-1 said: the whole secret prompt' } });
    const error = errorFromStatus(failure(400, body, { secrets }));
    expect(`${error.message} ${error.body}`).not.toMatch(/my-cookie-1|secret prompt/);
    expect(error.message).toBe('h2o answered 400: [redacted] said: [prompt]');
  });

  it.each([
    ['in the message, as JSON', (text: string) => JSON.stringify({ error: { message: `bad: ${text}` } })],
    ['in the message, as text', (text: string) => `bad: ${text}`],
    ['somewhere else', (text: string) => JSON.stringify({ error: { message: 'bad' }, input: text })],
    ['cut off by the server', (text: string) => JSON.stringify({ error: { message: text.slice(0, 90) } })],
  ])('keeps a prompt of any length out that the upstream echoes %s', (_where, bodyOf) => {
    const prompt = `Tell nobody:\n${'the word is sluice '.repeat(2_000)}`;
    const error = errorFromStatus(failure(422, bodyOf(prompt), { secrets: { prompts: [prompt] } }));
    expect(JSON.stringify(error)).not.toContain('the word is');
  });

  it('keeps how long to wait', () => {
    const headers = { ...json, 'retry-after': '7' };
    expect(errorFromStatus(failure(429, '', { headers })).retryAfterMs).toBe(7_000);
    expect(errorFromStatus(failure(429, '')).retryAfterMs).toBeUndefined();
  });

  it('makes a ChatError of any status and any body', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 599 }),
        fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.string().map(page)),
        (status, body) => {
          expect(ChatError.is(errorFromStatus(failure(status, body)))).toBe(true);
        },
      ),
    );
  });

  it('is not overwhelmed by a body nested ten thousand deep', () => {
    const lists = '['.repeat(20_000) + ']'.repeat(20_000);
    expect(errorFromStatus(failure(400, lists)).code).toBe('invalid-request');
    const objects = `${'{"error":'.repeat(6_000)}1${'}'.repeat(6_000)}`;
    expect(errorFromStatus(failure(400, objects)).code).toBe('invalid-request');
  });
});

describe('errorFromObject', () => {
  it.each([
    [{ message: 'm', type: 'server_error' }, 'server-error', 'm'],
    [{ error: { message: 'm', code: 429 } }, 'rate-limited', 'm'],
    [{ error: 'm', statusCode: 503 }, 'overloaded', 'm'],
    [{ message: 'm', code: 200 }, 'server-error', 'm'],
    [{ message: 'Rate limit reached' }, 'rate-limited', 'Rate limit reached'],
    ['overloaded', 'overloaded', 'overloaded'],
    [{ code: 'content_filter' }, 'content-filter', 'content_filter'],
    [null, 'server-error', 'it gave no reason'],
    [undefined, 'server-error', 'it gave no reason'],
    [{}, 'server-error', 'it gave no reason'],
    [7, 'server-error', 'it gave no reason'],
  ])('reads %j as %s: %s', (value, code, said) => {
    const error = errorFromObject(value, { provider: 'h2o', model: 'm1' });
    expect(error).toMatchObject({ code, provider: 'h2o', model: 'm1', sent: 'yes' });
    expect(error.message).toBe(`h2o reported an error: ${said}`);
  });

  it('takes the status of the response only where that is one of failure', () => {
    const about = { provider: 'h2o' };
    expect(errorFromObject({ message: 'm' }, { ...about, status: 200 }).code).toBe('server-error');
    expect(errorFromObject({ message: 'm' }, { ...about, status: 402 }).code).toBe('payment-required');
  });

  it('keeps credentials and prompts out', () => {
    const secrets = { credentials: ['my-cookie-1'], prompts: ['the whole secret prompt'] };
    const error = errorFromObject(
      { message: 'my-cookie-1', echo: 'the whole secret prompt' },
      { provider: 'h2o', secrets },
    );
    expect(JSON.stringify(error)).not.toMatch(/my-cookie-1|secret prompt/);
  });

  it('makes a ChatError of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(ChatError.is(errorFromObject(value, { provider: 'h2o' }))).toBe(true);
      }),
    );
  });

  it('is not overwhelmed by a value nested ten thousand deep', () => {
    const value: unknown = JSON.parse('['.repeat(50_000) + ']'.repeat(50_000));
    expect(errorFromObject(value, { provider: 'h2o' }).code).toBe('server-error');
  });
});

describe('errorFromPage', () => {
  it.each([
    ['Just a moment...', 'blocked', 'it wants a browser or a human; try later, or from another address'],
    ['Welcome to nginx!', 'invalid-response', 'check that baseURL is the address of the API'],
  ])('tells of the page %s', (title, code, advice) => {
    const error = errorFromPage(page(title), { provider: 'h2o', status: 200 });
    expect(error).toMatchObject({ code, status: 200 });
    expect(error.message).toBe(`h2o sent a web page ("${title}") instead of an answer; ${advice}`);
    expect(error.body?.length).toBeLessThan(2_200);
  });

  it('tells of a page without a title', () => {
    expect(errorFromPage('<html></html>', { provider: 'h2o' }).message).toMatch(
      /^h2o sent a web page instead/,
    );
  });
});

describe('isPage', () => {
  it.each(['<!DOCTYPE html>', '\n <html lang="en">', '<HEAD>', '<!-- x --><html>', '<title>x', '<script>'])(
    '%j is one',
    (text) => expect(isPage(text)).toBe(true),
  );

  it.each(['', '{"a":"<html>"}', 'data: <html>', '<s>', '<|im_start|>', '<xml>', 'x <html>'])(
    '%j is none',
    (text) => expect(isPage(text)).toBe(false),
  );
});

it('the end of a rate window says how long to wait only where the rate was exceeded', () => {
  const about = { provider: 'p', body: '', nowMs: 0, headers: { 'x-ratelimit-reset-requests': '6m0s' } };
  expect(errorFromStatus({ ...about, status: 429 }).retryAfterMs).toBe(360_000);
  expect(errorFromStatus({ ...about, status: 500 }).retryAfterMs).toBeUndefined();
  const inside = { provider: 'p', status: 200, nowMs: 0, headers: { 'retry-after': '3' } };
  expect(errorFromObject({ error: { code: 'rate_limit_exceeded' } }, inside)).toMatchObject({
    code: 'rate-limited',
    retryAfterMs: 3000,
  });
});

it('no text of an upstream takes long to read, though it may be made for that', () => {
  // Each begins what is looked for again and again, and never ends it.
  for (const part of ['-eyJ', '<title ', 'password="', 'bearer  ', 'model ', '["', '\n']) {
    const text = part.repeat(65_536 / part.length);
    expect(errorFromStatus(failure(400, text)).status).toBe(400);
    expect(errorFromPage(text.repeat(16), { provider: 'h2o' }).code).toBe('invalid-response');
    expect(errorFromObject({ error: text.repeat(64) }, { provider: 'h2o' }).sent).toBe('yes');
  }
});
