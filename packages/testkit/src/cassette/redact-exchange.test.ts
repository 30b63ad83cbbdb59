import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reply } from '../upstream/http-reply.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';
import { ask, cassetteFolder, type Got } from './cassette.fixture.ts';
import { type RecordOptions, record } from './record.ts';
import { replay } from './replay.ts';

let folder: Awaited<ReturnType<typeof cassetteFolder>>;
beforeAll(async () => {
  folder = await cassetteFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

/** What is asked, and what comes back. */
interface Call {
  readonly path?: string;
  readonly sent?: { readonly [name: string]: string };
  readonly request?: string;
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string };
  readonly answer?: string;
}

/** Records one call. The answer is also had from the cassette, as a client gets it there. */
async function recorded(
  { path = '/', sent = {}, request = '{}', status = 200, headers = {}, answer = '{}' }: Call,
  options: RecordOptions = {},
): Promise<{ readonly text: string; readonly live: Got; readonly again: Got }> {
  await using upstream = await scriptedUpstream(reply(status, answer, headers));
  const file = folder.file();
  const call = { method: 'POST', url: `${upstream.url}${path}`, headers: sent, body: request } as const;
  const cassette = await record(file, options);
  const live = await ask(call);
  await cassette.close();
  await using _played = await replay(file, { mode: 'strict' });
  return { text: await readFile(file, 'utf8'), live, again: await ask(call) };
}

const secret = 'Zq8/Vt5+Rw2Lm0';
const base64 = Buffer.from(secret).toString('base64');
const basic = Buffer.from(`bob:${secret}`).toString('base64');

describe('a credential that comes back', () => {
  it.each<[how: string, call: Call, left: string]>([
    [
      'from a query parameter',
      { path: '/?key=Zq8Vt5Rw2Lm', answer: '{"error":"bad Zq8Vt5Rw2Lm"}' },
      'Zq8Vt5Rw2Lm',
    ],
    [
      'from a header for sessions',
      { sent: { 'x-session': secret }, answer: `{"error":"${secret}"}` },
      secret,
    ],
    ['from a header of the answer', { headers: { 'x-auth-token': secret }, answer: `"${secret}"` }, secret],
    ['in an address', { headers: { location: '/a?b=c&token=Zq8Vt5Rw2Lm' } }, 'Zq8Vt5Rw2Lm'],
    ['percent-encoded', { sent: { 'x-api-key': secret }, answer: encodeURIComponent(secret) }, 'Zq8'],
    ['with escaped slashes', { sent: { 'x-api-key': secret }, answer: secret.replace('/', '\\/') }, 'Zq8'],
    ['in Base64', { sent: { 'x-api-key': secret }, answer: `"${base64}"` }, base64.slice(0, 12)],
    ['as the password of a login', { sent: { authorization: `Basic ${basic}` }, answer: secret }, secret],
  ])('%s', async (_how, call, left) => {
    const { text } = await recorded(call);
    expect(text).not.toContain(left);
    expect(text).toContain('redacted');
  });

  it('under a name, with everything in it, in what is told of the circumstances', async () => {
    const about = { apiKeys: ['one-secret'], token: { of: 'another-secret' }, tokens: 5, none: null };
    const { text } = await recorded({}, { about });
    expect(text).not.toContain('-secret');
    expect(text).toContain('"tokens":5');
  });
});

describe('what is no credential stays, so that a replay goes as it went', () => {
  it('in headers that tell how long to wait', async () => {
    const headers = { 'x-ratelimit-reset-tokens': '6s', 'x-ratelimit-remaining-tokens': '0' };
    const { live, again } = await recorded({ status: 429, headers });
    expect(again.headers).toEqual(live.headers);
  });

  it('and JSON stays JSON', async () => {
    const answer = JSON.stringify({ text: 'She said "password: hunter22" and left', secret: 'abcd1234' });
    const { again } = await recorded({ answer });
    expect(JSON.parse(again.pieces.join(''))).toEqual({
      text: 'She said "password: [redacted]" and left',
      secret: '[redacted]',
    });
  });
});

describe('where words are replaced, nobody finds them', () => {
  const said = 'My neighbour Zoltan Kovacs of Budapest has stolen the garden gnome';
  const foreign = 'Мой сосед Иван Петрович украл садового гнома';
  const inAscii = foreign.replace(/[^ -~]/g, (unit) => `\\u0${unit.charCodeAt(0).toString(16)}`);
  const asked = (...texts: readonly string[]): string =>
    JSON.stringify({ messages: texts.map((content) => ({ role: 'user', content })) });
  const many = Array.from({ length: 200 }, (_, at) => `another message, with the number ${at}`);

  it.each<[where: string, call: Call, left: string]>([
    [
      'in a refusal that quotes the middle',
      { status: 400, request: asked(said), answer: `not allowed: ${said.slice(10, 50)}` },
      'Kovacs',
    ],
    [
      'in a refusal that keeps to ASCII',
      { status: 400, request: asked(foreign), answer: `{"error":"${inAscii}"}` },
      '\\u0418',
    ],
    [
      'in a refusal of a long conversation',
      { status: 400, request: asked(said, ...many), answer: said },
      'Kovacs',
    ],
    ['in an address', { path: `/?q=${encodeURIComponent(said)}` }, 'Kovacs'],
    ['in a header of the answer', { headers: { 'x-title': said }, request: asked(said) }, 'Kovacs'],
    ['in digits that look like an id', { request: asked('deadbeef'.repeat(4)) }, 'deadbeef'],
    ['behind an object in a list', { answer: '{"data":[{"title":1,"id":2},"Kovacs"]}' }, 'Kovacs'],
    ['under a name of the protocol', { answer: '{"error":{"code":"Kovacs is not allowed"}}' }, 'Kovacs'],
  ])('%s', async (_where, call, left) => {
    const { text } = await recorded(call, { redactPrompts: true });
    expect(text).not.toContain(left);
  });

  it('and a refusal keeps its own words', async () => {
    const answer = JSON.stringify({
      error: { message: `too long for this model: ${said}`, code: 'context' },
    });
    const { again } = await recorded({ status: 400, request: asked(said), answer }, { redactPrompts: true });
    expect(again.pieces.join('')).toBe(
      '{"error":{"message":"too long for this model: [prompt]","code":"context"}}',
    );
  });
});
