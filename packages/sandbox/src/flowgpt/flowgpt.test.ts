import { describe, expect, it } from 'vitest';
import { createSandbox } from '../create-sandbox.ts';
import { postJson, type RawResponse } from '../raw-client.fixture.ts';
import type { Sandbox } from '../sandbox.ts';
import { signatureOf } from './signature.ts';

const NONCE = '0123456789abcdef0123456789abcdef';

const BODY = {
  model: 'gpt-3.5-turbo',
  nsfw: false,
  question: 'Who are you?',
  history: [{ role: 'assistant', content: 'Hi' }],
  system: 'Be brief.',
  temperature: 0.7,
  promptId: 'model-gpt-3.5-turbo',
  documentIds: [],
  chatFileDocumentIds: [],
  generateImage: false,
  generateAudio: false,
};

function signed(nonce = NONCE, timestamp = String(Math.floor(Date.now() / 1000))): Record<string, string> {
  return {
    authorization: 'Bearer null',
    'x-flow-device-id': 'f-pfg54vpnmcy4wu6lh5p',
    'x-nonce': nonce,
    'x-timestamp': timestamp,
    'x-signature': signatureOf(timestamp, nonce, 'Bearer null'),
  };
}

function ask(sandbox: Sandbox, changes: object = {}, headers = signed()): Promise<RawResponse> {
  return postJson(`${sandbox.urls.flowgpt}/v3/chat-anonymous`, { ...BODY, ...changes }, headers);
}

describe('FlowGPT', () => {
  it('signs as the worked example of the original client does', () => {
    expect(signatureOf('1700000000', NONCE, 'Bearer null')).toBe('14364f59379955fd3332f08d295b5712');
  });

  it('answers with one JSON object a line, from metadata to end', async () => {
    await using sandbox = await createSandbox();
    const answer = await ask(sandbox);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/octet-stream']);
    const lines = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; data: unknown });
    expect(lines[0]).toMatchObject({ event: 'metadata', data: { model: 'gpt-3.5-turbo' } });
    expect(lines.slice(-2)).toMatchObject([{ event: 'usage' }, { event: 'end', data: null }]);
    const text = lines
      .filter(({ event }) => event === 'text')
      .map(({ data }) => data)
      .join('');
    expect(text).toBe(sandbox.requests[0]?.answer);
  });

  it.each([
    ['no signature', { 'x-signature': undefined }, 'missing header x-signature'],
    ['a wrong signature', { 'x-signature': '0'.repeat(32) }, 'invalid signature'],
    ['a device id of another form', { 'x-flow-device-id': 'f-short' }, 'malformed header x-flow-device-id'],
    ['another credential than was signed', { authorization: 'Bearer other' }, 'invalid signature'],
  ])('refuses %s with 401', async (_, change, message) => {
    await using sandbox = await createSandbox();
    const headers = Object.fromEntries(
      Object.entries({ ...signed(), ...change }).filter(([, value]) => value !== undefined),
    );
    const answer = await ask(sandbox, {}, headers as Record<string, string>);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([401, { error: { message } }]);
  });

  it('refuses an old timestamp, and a nonce for the second time', async () => {
    await using sandbox = await createSandbox();
    const old = String(Math.floor(Date.now() / 1000) - 301);
    expect((await ask(sandbox, {}, signed(NONCE, old))).text).toContain('timestamp expired');
    expect((await ask(sandbox)).status).toBe(200);
    expect((await ask(sandbox)).text).toContain('nonce already used');
  });

  it.each([
    ['an unknown model', { model: 'gpt-4' }, 'model gpt-4 is not supported'],
    [
      'content parts as the question',
      { question: [{ type: 'text', text: 'x' }] },
      'question must be a string that is not empty',
    ],
    [
      'a system message in the history',
      { history: [{ role: 'system', content: 'x' }] },
      'history must be a list of turns',
    ],
    ['no promptId', { promptId: undefined }, 'promptId is missing'],
  ])('refuses %s with 400', async (_, change, message) => {
    await using sandbox = await createSandbox();
    const answer = await ask(sandbox, change);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error.message).toContain(message);
  });

  it('tells a failure of the model by status before the first token, and in the stream after it', async () => {
    const failure = { message: 'overloaded', status: 429 };
    await using sandbox = await createSandbox({ reply: () => ({ failure }) });
    expect((await ask(sandbox)).status).toBe(429);
    sandbox.configure({ reply: () => ({ tokens: ['Half'], failure }) });
    const answer = await ask(sandbox, {}, signed('f'.repeat(32)));
    expect(answer.text.trimEnd().split('\n').at(-1)).toBe(
      '{"event":"error","data":{"message":"overloaded","code":429}}',
    );
  });
});
