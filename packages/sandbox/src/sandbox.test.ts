import { describe, expect, it } from 'vitest';
import { createSandbox } from './sandbox.ts';

const HELLO = JSON.stringify({ model: 'sandbox', messages: [{ role: 'user', content: 'Hello there' }] });
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the sandbox', () => {
  it('starts every service on an origin of its own and lists them at the front', async () => {
    await using sandbox = await createSandbox();
    const listed = (await (await fetch(sandbox.url)).json()) as { urls: unknown };
    expect(listed.urls).toEqual(sandbox.urls);
    const { h2oByEra, ...single } = sandbox.urls;
    const origins = new Set(
      [...Object.values(h2oByEra), ...Object.values(single)].map((url) => new URL(url).origin),
    );
    expect(origins.size).toBe(13);
  });

  it('reaches the same service through the front', async () => {
    await using sandbox = await createSandbox();
    const path = 'openai/v1/chat/completions';
    const response = await fetch(`${sandbox.url}/${path}`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: HELLO,
    });
    expect(response.status).toBe(200);
    expect(sandbox.requests[0]).toMatchObject({
      service: 'openai',
      path: '/v1/chat/completions',
      phase: 'message',
    });
  });

  it('gives the same answer to the same prompt, and another one with another seed', async () => {
    await using sandbox = await createSandbox();
    const ask = async (headers = {}): Promise<string> => {
      const response = await fetch(`${sandbox.urls.openai}/chat/completions`, {
        method: 'POST',
        headers: { ...JSON_TYPE, ...headers },
        body: HELLO,
      });
      const answer = (await response.json()) as { choices: [{ message: { content: string } }] };
      return answer.choices[0].message.content;
    };
    const first = await ask();
    expect(first).toContain('sandbox');
    expect(first).toContain('Hello there');
    expect(await ask()).toBe(first);
    expect(await ask({ 'x-sandbox-seed': '7' })).not.toBe(first);
    expect(sandbox.requests[0]?.answer).toBe(first);
  });

  it('sees that the client has left a stream', async () => {
    await using sandbox = await createSandbox({ tokensPerSecond: 10, answerTokens: 1000 });
    const leave = new AbortController();
    const response = await fetch(`${sandbox.urls.openai}/chat/completions`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ ...JSON.parse(HELLO), stream: true }),
      signal: leave.signal,
    });
    await response.body?.getReader().read();
    const request = await sandbox.waitForRequest({ service: 'openai' });
    expect(sandbox.openStreams).toBe(1);
    leave.abort();
    expect(await request.ended).toBe('client');
    await sandbox.waitForIdle();
    await sandbox.waitUntil(() => request.socketClosed && sandbox.openSockets === 0);
  });

  it('ends every connection at once when it is closed', async () => {
    const sandbox = await createSandbox({ firstTokenMs: 60_000 });
    const asking = fetch(`${sandbox.urls.openai}/chat/completions`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: HELLO,
    });
    const outcome = asking.then(
      () => 'answered',
      () => 'cut',
    );
    await sandbox.waitForRequest();
    await sandbox.close();
    expect(await outcome).toBe('cut');
    expect(sandbox.openSockets).toBe(0);
  });
});
