import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { closedAddress, httpServer } from '../http-server.fixture.ts';
import { chosenServer, describeFound, findLocalServers, localServers } from './local-servers.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

const at = (baseURL: string) => ({ name: 'ollama', title: 'Ollama', baseURL, start: 'ollama serve' });

describe('looking for servers on this machine', () => {
  it('knows the usual ports', () => {
    expect(localServers.map(({ title, baseURL }) => [title, new URL(baseURL).port])).toEqual([
      ['Ollama', '11434'],
      ['LM Studio', '1234'],
      ['llama.cpp', '8080'],
      ['vLLM', '8000'],
    ]);
    for (const { baseURL } of localServers) expect(new URL(baseURL).hostname).toBe('127.0.0.1');
  });

  it('finds those that list their models, and what they have', async () => {
    await using page = await httpServer((_request, response) => response.end('<html>a web server</html>'));
    await using silent = await httpServer(() => {});
    const servers = [sandbox.urls.ollama, page.url, await closedAddress(), silent.url, sandbox.urls.vllm].map(
      at,
    );
    const found = await findLocalServers(servers, { timeoutMs: 500 });
    expect(found.map(({ baseURL }) => baseURL)).toEqual([sandbox.urls.ollama, sandbox.urls.vllm]);
    expect(found[0]?.models.length).toBeGreaterThan(0);
    expect(sandbox.openSockets).toBe(0);
  });

  it('takes the first model for requests that name none', () => {
    const models = ['llama3:8b', 'qwen2.5', 'phi'];
    const server = { ...at('http://127.0.0.1:11434/v1'), models };
    expect(describeFound(server)).toBe('Ollama at http://127.0.0.1:11434/v1: llama3:8b, qwen2.5 and 1 more');
    expect(chosenServer(server)).toMatchObject({ name: 'ollama', defaultModel: 'llama3:8b' });
    expect(describeFound({ ...server, models: [] })).toMatch(/: it has no model yet$/);
    expect(chosenServer({ ...server, models: [] })).not.toHaveProperty('defaultModel');
  });
});
