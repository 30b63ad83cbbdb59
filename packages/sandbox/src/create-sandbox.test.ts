import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createSandbox } from './create-sandbox.ts';
import { postJson } from './raw-client.fixture.ts';

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

  it('tells who ended each exchange, and never what was said in it', async () => {
    const entries: unknown[] = [];
    await using sandbox = await createSandbox({ logger: (entry) => entries.push(entry) });
    const headers = { ...JSON_TYPE, authorization: 'Bearer secret' };
    await (
      await fetch(`${sandbox.urls.openai}/chat/completions`, { method: 'POST', headers, body: HELLO })
    ).text();
    await sandbox.waitForIdle();
    expect(entries).toMatchObject([{ service: 'openai', phase: 'message', status: 200, endedBy: 'server' }]);
    expect(JSON.stringify(entries)).not.toMatch(/Hello|secret/u);
  });

  it('keeps only the newest requests', async () => {
    await using sandbox = await createSandbox({ keepRequests: 2 });
    for (const path of ['/1', '/2', '/3']) await fetch(sandbox.urls.elsewhere + path);
    expect(sandbox.requests.map(({ path, number }) => [path, number])).toEqual([
      ['/2', 2],
      ['/3', 3],
    ]);
  });

  it('refuses a body that is larger than was agreed', async () => {
    await using sandbox = await createSandbox({ maxBodyBytes: 1000 });
    const answer = await postJson(`${sandbox.urls.openai}/chat/completions`, 'x'.repeat(1001));
    expect(answer.status).toBe(413);
  });

  it('refuses a control header that makes no sense', async () => {
    await using sandbox = await createSandbox();
    const answer = await postJson(`${sandbox.urls.openai}/chat/completions`, HELLO, {
      'x-sandbox-tokens': 'many',
    });
    expect([answer.status, answer.text]).toEqual([
      400,
      'x-sandbox-tokens: expected a number that is not negative.',
    ]);
  });

  it('waits no longer than it was told, and not beyond its end', async () => {
    const sandbox = await createSandbox();
    await expect(sandbox.waitUntil(() => false, 5)).rejects.toThrow('within 5 ms');
    const waiting = sandbox.waitForRequest();
    await sandbox.close();
    await expect(waiting).rejects.toThrow('closed');
  });

  it('refuses a port that is taken', async () => {
    await using first = await createSandbox();
    await expect(createSandbox({ port: first.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('numbers connections, so that one can see which were used again', async () => {
    await using sandbox = await createSandbox();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = (): Promise<void> =>
      new Promise((resolve, reject) => {
        request(`${sandbox.urls.elsewhere}/`, { agent }, (incoming) => {
          incoming.resume().once('end', resolve);
        })
          .once('error', reject)
          .end();
      });
    await get();
    await get();
    agent.destroy();
    await (await fetch(sandbox.urls.elsewhere)).text();
    expect(sandbox.requests.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });
});
