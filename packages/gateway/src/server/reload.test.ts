import { createRegistry } from '@sluice/registry';
import { ConfigError } from '@sluice/registry/config';
import { createSandbox } from '@sluice/sandbox';
import { expect, test } from 'vitest';
import { hello, scriptedProvider } from '../gateway.fixture.ts';
import { sandboxProvider } from '../sandbox-provider.fixture.ts';
import { startGateway } from '../start-gateway.ts';
import type { GatewayContent } from './gateway-control.ts';

test('a reload swaps providers and keys at once; a running stream keeps its own, and the old registry closes after it', async () => {
  await using sandbox = await createSandbox();
  const closed: string[] = [];
  const { promise: goOn, resolve: letGoOn } = Promise.withResolvers<void>();
  const waiting = scriptedProvider('old', () => {
    let step = 0;
    return {
      async pull(into) {
        step += 1;
        if (step === 1) into.push({ type: 'text-delta', text: 'Hi' });
        else {
          await goOn;
          into.push({ type: 'finish', reason: 'stop' });
        }
        return true;
      },
      close() {},
    };
  });
  const content = (id: string, server: object): GatewayContent => {
    const provider = id === 'old' ? waiting : sandboxProvider(id, sandbox.urls.openai);
    const registry = createRegistry({ providers: [provider] });
    const close = async (): Promise<void> => {
      closed.push(id);
    };
    return { server, registry: Object.assign(registry, { close }) };
  };
  let next: () => GatewayContent = () => content('old', { port: 0 });
  const env = { TEAM_KEY: 'a-key-for-tests-0123456789' };
  const gateway = await startGateway({ load: () => next(), env });
  const post = (model: string, headers: object = {}, body: object = {}): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...hello, model, ...body }),
    });
  const running = await post('old', {}, { stream: true });
  const keys = [{ name: 'team', env: 'TEAM_KEY' }];
  next = () => content('new', { port: 1234, keys });
  expect(await gateway.reload()).toEqual({ needRestart: ['port'] });
  expect((await post('new')).status).toBe(401);
  const authorization = `Bearer ${env.TEAM_KEY}`;
  expect((await post('new', { authorization })).status).toBe(200);
  expect((await post('old', { authorization })).status).toBe(404);
  expect(closed).toEqual([]);
  letGoOn();
  expect(await running.text()).toContain('[DONE]');
  await expect.poll(() => closed).toEqual(['old']);

  // Something wrong changes nothing, and what was made for it is closed.
  next = () => content('wrong', { keys: [{ name: 'team', env: 'NOT_SET' }] });
  await expect(gateway.reload()).rejects.toThrow(ConfigError);
  expect((await post('new', { authorization })).status).toBe(200);
  await gateway.close();
  expect(closed).toEqual(['old', 'wrong', 'new']);
});

test('what a reload has loaded when the gateway is closed already is closed, too, and nobody is told', async () => {
  const closed: string[] = [];
  const content = (id: string): GatewayContent => {
    const registry = createRegistry({ providers: [scriptedProvider(id, () => Promise.reject(new Error()))] });
    const close = async (): Promise<void> => {
      closed.push(id);
    };
    return { server: { port: 0 }, registry: Object.assign(registry, { close }) };
  };
  const { promise: loaded, resolve } = Promise.withResolvers<GatewayContent>();
  const loads = [content('first'), loaded];
  const outcomes: unknown[] = [];
  const gateway = await startGateway({
    load: () => loads.shift() as GatewayContent | Promise<GatewayContent>,
    onReload: (outcome) => outcomes.push(outcome),
  });
  const reloading = gateway.reload();
  await gateway.close();
  resolve(content('late'));
  await expect(reloading).rejects.toThrow('closed');
  expect(closed).toEqual(['first', 'late']);
  expect(outcomes).toEqual([]);
});

test('a provider that cannot be closed takes no server down when a reload replaces it', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  try {
    const content = (): GatewayContent => {
      const broken = scriptedProvider('broken', () => Promise.reject(new Error()));
      const close = (): Promise<void> => Promise.reject(new Error('cannot close'));
      return { server: { port: 0 }, registry: createRegistry({ providers: [{ ...broken, close }] }) };
    };
    const gateway = await startGateway({ load: content });
    await gateway.reload();
    await new Promise(setImmediate);
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    await expect(gateway.close()).rejects.toThrow('cannot close');
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', onUnhandled);
  }
});

test.each([
  [
    'an address that others reach, without a key',
    { host: '0.0.0.0', port: 0 },
    'server.host: 0.0.0.0 can be reached by others',
  ],
  ['a setting that nobody knows', { hosts: 'x' }, 'server.hosts: unknown key; did you mean host?'],
  [
    'a key that is not set',
    { keys: [{ name: 'a', env: 'NOT_SET' }] },
    'server.keys[0].env: the environment variable NOT_SET is not set',
  ],
  ['a key that can be guessed', { keys: [{ name: 'a', env: 'SHORT' }] }, 'is shorter than 16 characters'],
  [
    'a key twice over',
    { keys: [{ name: 'a', env: 'SHORT', sha256: 'a'.repeat(64) }] },
    'server.keys[0]: needs either env or sha256',
  ],
])('it does not start with %s', async (_what, server, message) => {
  const registry = createRegistry({ providers: [sandboxProvider('main', 'http://127.0.0.1:1/v1')] });
  const starting = startGateway({ load: () => ({ registry, server }), env: { SHORT: 'abc' } });
  await expect(starting).rejects.toThrow(message);
});

test('a taken port is told, and what was made is closed', async () => {
  await using sandbox = await createSandbox();
  let closed = 0;
  const registry = createRegistry({ providers: [sandboxProvider('main', sandbox.urls.openai)] });
  const close = async (): Promise<void> => {
    closed += 1;
  };
  const counted = Object.assign(registry, { close });
  const starting = startGateway({ load: () => ({ registry: counted }), port: sandbox.port });
  await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(closed).toBe(1);
});
