import { Validator } from '@seriousme/openapi-schema-validator';
import { ChatError, type ChatProvider } from '@sluice/core';
import { createRegistry } from '@sluice/registry';
import { expect, test } from 'vitest';
import { hello, scriptedProvider, startTestGateway } from '../gateway.fixture.ts';
import { sandboxProvider } from '../sandbox-provider.fixture.ts';
import { openapiDocument } from './openapi-document.ts';

test('the OpenAPI document is valid and has every path', async () => {
  await using gateway = await startTestGateway();
  const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as { paths: object };
  const result = await new Validator().validate(structuredClone(document));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(document).toEqual(JSON.parse(JSON.stringify(openapiDocument())));
  for (const path of Object.keys(document.paths)) {
    const method = /chat|plan/.test(path) ? 'POST' : 'GET';
    expect(gateway.app.hasRoute({ method, url: path }) || path.includes('{id}'), path).toBe(true);
    expect((await fetch(`${gateway.url}${path}`, { method })).status, path).not.toBe(405);
  }
});

test('whatever is answered stands in the OpenAPI document, failures in their shape', async () => {
  await using gateway = await startTestGateway();
  const { paths, components } = openapiDocument() as {
    paths: { [path: string]: { [method: string]: { responses: { [status: string]: { content: object } } } } };
    components: { schemas: { Error: { properties: { error: { required: string[] } } } } };
  };
  const asked: readonly (readonly [string, string, string, RequestInit?])[] = [
    ['/v1/models', 'get', '/v1/models', { headers: { 'content-encoding': 'gzip' } }],
    ['/v1/models/{id}', 'get', '/v1/models/%ff'],
    ['/v1/models/{id}', 'get', '/v1/models/nothing'],
    ['/v1/chat/completions', 'post', '/v1/chat/completions', { method: 'POST', body: '{' }],
    ['/v1/route/plan', 'post', '/v1/route/plan', { method: 'POST', body: '{}' }],
  ];
  for (const [path, method, url, init] of asked) {
    const response = await fetch(`${gateway.url}${url}`, {
      ...init,
      headers: { 'content-type': 'application/json', ...init?.headers },
    });
    const responses = paths[path]?.[method]?.responses ?? {};
    const told = responses[response.status] ?? responses.default;
    expect(told?.content, `${path} ${response.status}`).toEqual({
      'application/json': { schema: { $ref: '#/components/schemas/Error' } },
    });
    const { error } = (await response.json()) as { error: object };
    expect(Object.keys(error)).toEqual(components.schemas.Error.properties.error.required);
  }
});

test('the access line says how it went: key, target, attempts, tokens, times; neither prompt nor key', async () => {
  const env = { TEAM_KEY: 'a-key-for-tests-0123456789' };
  await using gateway = await startTestGateway({
    env,
    server: { keys: [{ name: 'team', env: 'TEAM_KEY' }] },
    providers: ({ urls }) => [sandboxProvider('main', urls.openai), sandboxProvider('other', urls.ylokh)],
    registry: { routes: { both: ['main', 'other'] } },
  });
  gateway.sandbox.setFault('openai', 'status-500');
  const headers = { authorization: `Bearer ${env.TEAM_KEY}`, 'x-request-id': 'one' };
  await (await gateway.post({ ...hello, model: 'both', stream: true }, { headers })).text();
  expect(await gateway.lineOf('one')).toMatchObject({
    key: 'team',
    endpoint: '/v1/chat/completions',
    status: 200,
    ending: 'answered',
    model: 'both',
    stream: true,
    target: 'other',
    attempts: [
      { target: 'main', outcome: 'server-error' },
      { target: 'other', outcome: 'served' },
    ],
    firstTokenMs: expect.any(Number),
    totalMs: expect.any(Number),
    inputTokens: expect.any(Number),
    outputTokens: expect.any(Number),
  });
  const log = gateway.log.join('');
  expect(log).not.toContain(env.TEAM_KEY);
  expect(log).not.toContain('What does a sluice do');
  const metrics = await (
    await fetch(`${gateway.url}/metrics`, { headers: { authorization: headers.authorization } })
  ).text();
  expect(metrics).toContain('sluice_attempts_total{target="main",outcome="server-error"} 1');
  expect(metrics).toContain('sluice_attempts_total{target="other",outcome="served"} 1');
  expect(metrics).toContain(
    'sluice_requests_total{endpoint="/v1/chat/completions",status="200",code="ok"} 1',
  );
  expect(metrics).toMatch(/sluice_tokens_total\{target="other",direction="output"\} [1-9]/);
  expect(metrics).toContain('sluice_first_token_seconds_count{target="other"} 1');
  expect(metrics).toContain('sluice_breaker_state{target="main"} 0');
  expect(metrics).toContain('sluice_requests_in_flight 1');
});

test('a request with a hundred fields that nobody knows makes no long line', async () => {
  await using gateway = await startTestGateway({ server: { unsupportedParameters: 'warn' } });
  const odd = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${'x'.repeat(60)}${index}`, 1]));
  const response = await gateway.post({ ...hello, ...odd });
  expect(response.status).toBe(200);
  const line = await gateway.lineOf(response.headers.get('x-request-id'));
  expect(line).toHaveProperty('warnings.15');
  expect(JSON.stringify(line).length).toBeLessThan(2_000);
});

test('requests for anything make no new labels', async () => {
  await using gateway = await startTestGateway();
  for (const path of ['/a', '/b?x=1', '/v1/models/x', '/v1/models/y']) await fetch(`${gateway.url}${path}`);
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const endpoints = new Set(
    [...metrics.matchAll(/^sluice_requests_total\{endpoint="([^"]*)"/gm)].map(([, endpoint]) => endpoint),
  );
  expect([...endpoints].sort()).toEqual(['/v1/models/*', 'unknown']);
});

test('names that requests make up take no label from a configured target, also one that a reload brings', async () => {
  const nobody = (id: string): ChatProvider =>
    scriptedProvider(id, () => {
      throw new ChatError('model-not-found', 'no such model');
    });
  await using gateway = await startTestGateway({ providers: () => [nobody('main')] });
  for (let index = 0; index < 250; index += 1)
    await (await gateway.post({ ...hello, model: `main:${index}` })).text();
  gateway.app.sluice.reload({ registry: createRegistry({ providers: [nobody('main'), nobody('later')] }) });
  await (await gateway.post({ ...hello, model: 'later' })).text();
  const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
  const attempts = metrics.match(/^sluice_attempts_total\{.*$/gm) ?? [];
  expect(attempts).toContain('sluice_attempts_total{target="later",outcome="model-not-found"} 1');
  expect(attempts).toContain('sluice_attempts_total{target="other",outcome="model-not-found"} 50');
  expect(attempts).toHaveLength(202);
  expect(metrics).toContain('sluice_breaker_state{target="later"} 0');
  expect(metrics).not.toContain('sluice_breaker_state{target="other"}');
});

test('a plan tells where a request would go, and asks nobody', async () => {
  await using gateway = await startTestGateway();
  const response = await fetch(`${gateway.url}/v1/route/plan`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(hello),
  });
  expect(await response.json()).toMatchObject({
    object: 'route.plan',
    decision: { requested: 'main', plan: ['main'] },
    explanation: [expect.stringContaining('main would be asked first'), expect.any(String)],
  });
  expect(gateway.sandbox.requests).toHaveLength(0);
});

test('providers are listed with their targets and how they stand', async () => {
  await using gateway = await startTestGateway();
  await gateway.post(hello);
  const response = await fetch(`${gateway.url}/v1/providers`);
  expect(await response.json()).toMatchObject({
    object: 'list',
    data: [
      {
        id: 'main',
        models: ['sandbox', 'sandbox-reasoner'],
        targets: expect.arrayContaining([
          expect.objectContaining({ target: 'main', breaker: { state: 'closed' } }),
        ]),
      },
    ],
  });
});

test('a key that is restricted sees no providers, and metrics may be closed to all', async () => {
  const env = { TEAM_KEY: 'a-key-for-tests-0123456789' };
  await using gateway = await startTestGateway({
    env,
    server: { metrics: 'off', keys: [{ name: 'small', env: 'TEAM_KEY', models: ['main:*'] }] },
  });
  const headers = { authorization: `Bearer ${env.TEAM_KEY}` };
  expect((await fetch(`${gateway.url}/v1/providers`, { headers })).status).toBe(403);
  expect((await fetch(`${gateway.url}/metrics`, { headers })).status).toBe(404);
  expect((await gateway.post({ ...hello, model: 'main:sandbox' }, { headers })).status).toBe(200);
  expect((await gateway.post({ messages: hello.messages }, { headers })).status).toBe(400);
});

test('two gateways whose registries have the same id count what is theirs, and nothing else', async () => {
  await using one = await startTestGateway({ registry: { breaker: { inARow: 1 } } });
  await using other = await startTestGateway({ registry: { breaker: { inARow: 1 } } });
  expect(one.registry.id).toBe(other.registry.id);
  one.sandbox.setFault('openai', 'status-500');
  await one.post(hello);
  await (await other.post(hello)).text();
  const metricsOf = async ({ url }: typeof one): Promise<string> => (await fetch(`${url}/metrics`)).text();
  const first = await metricsOf(one);
  expect(first).toMatch(/^sluice_attempts_total\{target="main",outcome="server-error"\} 1$/m);
  expect(first).toMatch(/^sluice_breaker_changes_total\{target="main",to="open"\} 1$/m);
  expect(first).not.toContain('outcome="served"');
  const second = await metricsOf(other);
  expect(second).toMatch(/^sluice_attempts_total\{target="main",outcome="served"\} 1$/m);
  expect(second).not.toContain('outcome="server-error"');
  expect(second).not.toContain('to="open"');
});
