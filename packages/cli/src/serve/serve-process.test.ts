import { fileURLToPath } from 'node:url';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeFiles } from '../application.fixture.ts';
import { spawnSluice } from '../spawn-sluice.fixture.ts';
import { type ServerProcess, spawnServer } from './spawn-server.fixture.ts';

/** A client as any user has one, in a process that can be killed: prints the pieces of an answer as they come. */
const clientProgram = `
  import OpenAI from 'openai';
  const [baseURL, model] = process.argv.slice(1);
  const client = new OpenAI({ apiKey: 'none', baseURL, maxRetries: 0 });
  const messages = [{ role: 'user', content: 'Hello' }];
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? '');`;

/** Where it finds the client. */
const clientFolder = fileURLToPath(new URL('.', import.meta.url));

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
});
beforeEach(() => {
  sandbox.reset();
  sandbox.configure({ tokensPerSecond: 0, answerTokens: 40 });
});
afterAll(() => sandbox.close());

const slowly = (): void => sandbox.configure({ tokensPerSecond: 50, answerTokens: 2_000 });

/** Two upstreams of the sandbox, one after the other. */
const configOf = (): object => ({
  providers: {
    first: { use: 'openai-compatible', options: { baseURL: sandbox.urls.openai, models: ['sandbox'] } },
    second: {
      use: 'openai-compatible',
      options: { baseURL: sandbox.urls.ollama, models: ['sandbox:latest'] },
    },
  },
  routes: { both: { targets: ['first:sandbox', 'second:sandbox:latest'], strategy: 'ordered' } },
});

const start = (): Promise<ServerProcess> => spawnServer({ 'sluice.config.json': configOf() });

const clientOf = ({ url }: ServerProcess): OpenAI =>
  new OpenAI({ apiKey: 'none', baseURL: `${url}/v1`, maxRetries: 0 });

const hello = (model: string): OpenAI.ChatCompletionCreateParamsStreaming => ({
  model,
  messages: [{ role: 'user', content: 'Hello' }],
  stream: true,
});

/** Reads a stream to its end; what came before an error is in `text`. */
async function read(
  server: ServerProcess,
  model: string,
): Promise<{ text: string; error?: unknown; finish?: string }> {
  let text = '';
  let finish: string | undefined;
  try {
    for await (const chunk of await clientOf(server).chat.completions.create(hello(model))) {
      text += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
    }
    return { text, ...(finish === undefined ? {} : { finish }) };
  } catch (error) {
    return { text, error };
  }
}

// Processes take half a second to start, and much longer on a busy machine.
const patience = 30_000;

describe('sluice serve as a process, and what its clients see', { timeout: patience }, () => {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await start();
  }, patience);
  afterAll(() => server[Symbol.asyncDispose]());

  it('a killed client closes the upstream’s socket within 250 ms, and the log and the metrics tell that it left', async () => {
    slowly();
    const client = spawnSluice([`${server.url}/v1`, 'both'], { program: clientProgram, cwd: clientFolder });
    await client.written('I am');
    const asked = await sandbox.waitForRequest({ phase: 'message' });
    expect(asked.endedBy).toBeUndefined();
    const killedAt = performance.now();
    client.child.kill('SIGKILL');
    expect(await asked.ended).toBe('client');
    expect(performance.now() - killedAt).toBeLessThan(250);
    expect(await server.nextChat(0)).toMatchObject({
      status: 200,
      ending: 'client-gone',
      code: 'aborted',
      model: 'both',
      target: 'first:sandbox',
      stream: true,
      firstTokenMs: expect.any(Number),
    });
    const metrics = await server.metrics();
    expect(metrics).toContain('sluice_cancelled_total{why="client-gone"} 1');
    expect(metrics).toContain(
      'sluice_requests_total{endpoint="/v1/chat/completions",status="200",code="aborted"} 1',
    );
    expect(metrics).toContain('sluice_attempts_total{target="first:sandbox",outcome="served"} 1');
    expect(metrics).toContain('sluice_target_in_flight{target="first:sandbox"} 0');
    // Its leaving is nobody's failure.
    expect(metrics).toContain('sluice_target_success_ratio{target="first:sandbox"} 1');
  });

  it('an upstream that is cut in mid-stream reaches the client as an error, not as a short good answer', async () => {
    for (const fault of ['reset', 'clean-close'] as const) {
      const before = server.chats().length;
      sandbox.setFault('openai', fault);
      const { text, error, finish } = await read(server, 'both');
      expect(text).not.toBe('');
      expect(finish).toBeUndefined();
      expect(error).toBeInstanceOf(OpenAI.APIError);
      expect(await server.nextChat(before)).toMatchObject({
        status: 200,
        ending: 'failed',
        target: 'first:sandbox',
      });
    }
    expect(sandbox.requestsTo({ service: 'ollama', phase: 'message' })).toHaveLength(0);
  });

  it('an upstream that fails before its answer begins is never seen', async () => {
    const before = server.chats().length;
    sandbox.setFault('openai', 'status-500');
    const { text, error, finish } = await read(server, 'both');
    expect(error).toBeUndefined();
    expect(text).toContain('sandbox:latest');
    expect(finish).toBe('stop');
    expect(await server.nextChat(before)).toMatchObject({
      status: 200,
      ending: 'answered',
      target: 'second:sandbox:latest',
      attempts: [
        { target: 'first:sandbox', outcome: 'server-error' },
        { target: 'second:sandbox:latest', outcome: 'served' },
      ],
    });
  });

  it('SIGHUP loads the configuration anew; running streams keep the old one', async () => {
    slowly();
    const running = await clientOf(server).chat.completions.create(hello('first:sandbox'));
    await running[Symbol.asyncIterator]().next();
    // The file was not touched, so that the watch has nothing to tell.
    server.child.kill('SIGHUP');
    await server.written('"type":"reloaded"');
    expect(sandbox.openStreams).toBe(1);
    sandbox.configure({ tokensPerSecond: 0, answerTokens: 40 });
    expect(await read(server, 'both')).toMatchObject({ finish: 'stop' });
    expect(sandbox.openStreams).toBe(1);
    running.controller.abort();
    await sandbox.waitForIdle();
  });
});

describe('sluice serve as a process of its own', { timeout: patience }, () => {
  it('with no configuration serves the sandbox’s models to an openai client, and says that it is the sandbox', async () => {
    await using server = await spawnServer({}, ['--sandbox-rate', '0']);
    const models = await clientOf(server).models.list();
    expect(models.data.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'any',
        'h2o:h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1',
        'ylokh:gpt-3.5-turbo',
      ]),
    );
    expect(await read(server, 'any')).toEqual({
      text: expect.stringMatching(/^I am the Sluice sandbox, not a language model, speaking as h2o/),
      finish: 'stop',
    });
    expect(server.stderr()).toContain('sluice: no upstream is configured: the embedded sandbox answers');
  });

  it('loads a configuration in TypeScript when it changes; a broken one is told with its line, and the old one stays', async () => {
    const withRoute = (name: string): string =>
      `export default ${JSON.stringify({ ...configOf(), routes: { [name]: ['first:sandbox'] } })};`;
    await using server = await spawnServer({ 'sluice.config.ts': withRoute('before') });
    writeFiles(server.folder, { 'sluice.config.ts': withRoute('after') });
    await server.written('"type":"reloaded"');
    expect(await read(server, 'after')).toMatchObject({ finish: 'stop' });
    writeFiles(server.folder, { 'sluice.config.ts': 'const a: number = 1;\nexport default { b: = a };' });
    await server.written('"type":"reload-failed"');
    expect(server.events().at(-1)?.message).toMatch(/sluice\.config\.ts: it cannot be loaded \(line 2\): /);
    expect(await read(server, 'after')).toMatchObject({ finish: 'stop' });
  });

  it('SIGTERM refuses new requests, lets the running stream end whole, and exits with 0', async () => {
    sandbox.configure({ tokensPerSecond: 40, answerTokens: 40 });
    await using server = await start();
    const stream = await clientOf(server).chat.completions.create(hello('both'));
    server.child.kill('SIGTERM');
    await server.written('"type":"closing"');
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    const refused = await clientOf(server)
      .chat.completions.create(hello('both'))
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OpenAI.InternalServerError);
    expect((refused as { status?: number }).status).toBe(503);
    let finish: string | null | undefined;
    for await (const chunk of stream) finish = chunk.choices[0]?.finish_reason ?? finish;
    expect(finish).toBe('stop');
    expect(await server.ended).toEqual({ code: 0, signal: null });
    expect(server.events().at(-1)).toEqual({ type: 'closed' });
  });

  it('a second signal cuts what is under way, with an error that the client sees', async () => {
    slowly();
    await using server = await start();
    const reading = read(server, 'both');
    await sandbox.waitForRequest({ phase: 'message' });
    server.child.kill('SIGINT');
    await server.written('"type":"closing"');
    server.child.kill('SIGINT');
    expect(await server.ended).toEqual({ code: 130, signal: null });
    expect((await reading).error).toBeInstanceOf(Error);
  });
});
