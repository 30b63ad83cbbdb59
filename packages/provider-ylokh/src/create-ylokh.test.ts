import { readFileSync } from 'node:fs';
import { complete, createAsyncGenerator } from '@sluice/core';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createYlokh, type YlokhOptions } from './create-ylokh.ts';
import { manifest } from './manifest.ts';

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await createSandbox({
    services: { ylokh: { requiredOrigin: 'https://chat.ylokh.xyz', strict: true } },
  });
});

beforeEach(() => sandbox.reset());

afterAll(() => sandbox.close());

const ask = { messages: [{ role: 'user', content: 'Hello, who are you?' }] } as const;

function ylokh(options: YlokhOptions = {}) {
  return createYlokh({ baseURL: sandbox.urls.ylokh, ...options });
}

function received() {
  const request = sandbox.requests.at(-1);
  if (!request) throw new Error('nothing was received');
  return request;
}

test.each([true, false])(
  'answers, and the server finds nothing to object to (stream: %s)',
  async (stream) => {
    const { text, finishReason } = await complete(ylokh(), ask, { stream });
    expect(text).toBe(received().answer);
    expect(finishReason).toBe('stop');
  },
);

test('takes the call shape of the original client', async () => {
  const pieces: string[] = [];
  for await (const text of createAsyncGenerator(ylokh(), { ...ask, model: 'gpt-4', temperature: 0.5 })) {
    pieces.push(text);
  }
  expect(pieces.join('')).toBe(received().answer);
  expect(received().json()).toMatchObject({ model: 'gpt-4', temperature: 0.5 });
});

describe('a request', () => {
  test('has the page as its origin, and no key', async () => {
    await complete(ylokh(), ask);
    expect(received()).toMatchObject({ method: 'POST', path: '/v1/chat/completions' });
    expect(received().headers).toMatchObject({
      origin: 'https://chat.ylokh.xyz',
      referer: 'https://chat.ylokh.xyz/',
    });
    expect(received().headers).not.toHaveProperty('authorization');
  });

  test('has the defaults of the original client', async () => {
    await complete(ylokh(), ask);
    expect(received().json()).toEqual({
      messages: ask.messages,
      model: 'gpt-3.5-turbo',
      temperature: 1,
      presence_penalty: 0,
      top_p: 1,
      frequency_penalty: 0,
      allow_fallback: true,
      stream: true,
    });
  });

  test('has what options and the call change', async () => {
    const provider = ylokh({
      apiKey: 'key-1234',
      headers: { Referer: 'https://chat.ylokh.xyz/room' },
      defaults: { temperature: 0.2 },
      defaultModel: 'gpt-4',
      allowFallback: false,
      includeUsage: true,
    });
    await complete(provider, { ...ask, topP: 0.5, providerOptions: { ylokh: { allow_fallback: true } } });
    expect(received().headers).toMatchObject({
      authorization: 'Bearer key-1234',
      referer: 'https://chat.ylokh.xyz/room',
    });
    expect(received().json()).toMatchObject({
      model: 'gpt-4',
      temperature: 0.2,
      presence_penalty: 0,
      top_p: 0.5,
      allow_fallback: true,
      stream_options: { include_usage: true },
    });
    expect(provider.capabilities.usage).toBe('native');
  });
});

test('another model answers in place of one that is not there, unless that is switched off', async () => {
  const request = { ...ask, model: 'no-such-model' };
  expect((await complete(ylokh(), request)).text).not.toBe('');
  await expect(ylokh({ allowFallback: false }).stream(request)).rejects.toMatchObject({
    code: 'model-not-found',
  });
});

test('a refusal because of the origin is told as it is', async () => {
  await expect(ylokh({ headers: { Origin: 'https://elsewhere.example' } }).stream(ask)).rejects.toMatchObject(
    {
      code: 'auth',
      status: 403,
      message: expect.stringContaining('can only be used from its own site'),
    },
  );
});

test('sound and files are refused: the original client knew neither', async () => {
  const content = [{ type: 'audio', data: 'AAAA', mediaType: 'audio/wav' }] as const;
  await expect(ylokh().stream({ messages: [{ role: 'user', content }] })).rejects.toMatchObject({
    code: 'unsupported',
  });
  expect(sandbox.requests).toEqual([]);
});

test.each([
  [{ baseUrl: 'http://localhost' }, 'baseUrl is not an option of ylokh; did you mean baseURL?'],
  [{ nonsense: 1 }, 'nonsense is not an option of ylokh'],
  [{ allowFallback: 'no' }, 'option allowFallback of ylokh must be true or false'],
])('an option that cannot work is refused: %j', (options, message) => {
  const make = (): unknown => createYlokh(options as YlokhOptions);
  expect(make).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  expect(make).toThrow(message);
});

test('an option of the README is an option, and the other way round', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const rows = [...readme.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const { properties } = manifest.options as { readonly properties: object };
  expect(rows.toSorted()).toEqual(Object.keys(properties).toSorted());
});
