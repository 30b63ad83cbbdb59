import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeIo, type FakeIoOptions, fakeIo } from '../fake-io.fixture.ts';
import { closedAddress, httpServer, sse } from '../http-server.fixture.ts';
import { run } from '../main.ts';

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  folder = await mkdtemp(join(tmpdir(), 'sluice-chat-'));
});
beforeEach(() => sandbox.reset());
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

/** `sluice chat` with these arguments; `UP` stands for the OpenAI-compatible server of the sandbox. */
async function chat(args: string, options: FakeIoOptions & { readonly words?: readonly string[] } = {}) {
  const io = fakeIo(options);
  const argv = args
    .split(' ')
    .filter((arg) => arg !== '')
    .flatMap((arg) => (arg === 'UP' ? ['--base-url', sandbox.urls.openai, '--model', 'sandbox'] : [arg]));
  const exitCode = await run(['chat', ...argv, ...(options.words ?? [])], io);
  return { exitCode, io, out: io.stdout.text, err: io.stderr.text };
}

const sent = (): Record<string, unknown> =>
  sandbox.requestsTo({ service: 'openai', phase: 'message' }).at(-1)?.json() as Record<string, unknown>;

describe('sluice chat "prompt"', () => {
  it('prints the answer on stdout, and on stderr who gave it and how fast', async () => {
    const { exitCode, out, io } = await chat('UP Hello there');
    expect(exitCode).toBe(0);
    expect(out).toBe(`${sandbox.requestsTo({ phase: 'message' })[0]?.answer}\n`);
    expect(io.stderr.lines).toHaveLength(1);
    expect(io.stderr.lines[0]).toMatch(
      /^sluice: openai-compatible:sandbox answered: first token after .+, \d+ tokens.*, .+ in all$/,
    );
    expect(sent().messages).toEqual([{ role: 'user', content: 'Hello there' }]);
    expect(io.listeners()).toBe(0);
  });

  it('sends the parameters that it is given', async () => {
    const { exitCode } = await chat(
      'UP --system Brief. --temperature 0.5 --top-p 0.9 --max-tokens 7 --stop ## --seed 3 --no-stream Hello',
    );
    expect(exitCode).toBe(0);
    expect(sent()).toMatchObject({
      model: 'sandbox',
      messages: [
        { role: 'system', content: 'Brief.' },
        { role: 'user', content: 'Hello' },
      ],
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 7,
      seed: 3,
    });
    expect(sent().stream).not.toBe(true);
  });

  it('is quiet on request', async () => {
    expect((await chat('UP --quiet Hello')).err).toBe('');
  });

  it('takes the key from the variable that is named, and never shows it', async () => {
    let authorization: string | undefined;
    await using server = await httpServer((request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `wrong key ${authorization}` } }));
    });
    const { exitCode, err } = await chat(`-u ${server.url} -k MY_KEY -m x Hello`, {
      env: { MY_KEY: 'a-very-secret-key', SLUICE_DEBUG: '1' },
    });
    expect(authorization).toBe('Bearer a-very-secret-key');
    expect(exitCode).toBe(1);
    expect(err).not.toContain('a-very-secret-key');
    expect(err).toContain('apiKeyEnv in sluice.config, names the variable that holds the key');
  });

  it('asks the server for a model if none is named', async () => {
    const { exitCode, err } = await chat(`-u ${sandbox.urls.openai} Hello`);
    expect(exitCode).toBe(0);
    expect(err).toContain('no --model is given: sandbox is the first that the server lists');
    expect(sent().model).toBe('sandbox');
  });
});

describe('the prompt', () => {
  it('comes from standard input if there is none on the command line', async () => {
    await chat('UP', { stdin: '\ufeffHello\nthere\n' });
    expect(sent().messages).toEqual([{ role: 'user', content: 'Hello\nthere' }]);
  });

  it('takes standard input where - stands', async () => {
    await chat('UP Review this: -', { stdin: 'the text\n' });
    expect(sent().messages).toEqual([{ role: 'user', content: 'Review this:\n\nthe text' }]);
  });

  it('does not wait for a standard input that nobody asked for', async () => {
    const io = fakeIo({ terminal: ['stdin'] });
    expect(await run(['chat', '-u', sandbox.urls.openai, '-m', 'sandbox', 'Hello'], io)).toBe(0);
    expect(io.stdin.listenerCount('data')).toBe(0);
  });

  it('comes after the messages of a file', async () => {
    const file = join(folder, 'history.json');
    await writeFile(
      file,
      JSON.stringify([
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: 'Hello.' },
      ]),
    );
    await chat(`UP --messages ${file} And now?`);
    expect(sent().messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'And now?' },
    ]);
  });
});

describe('standard input', () => {
  it('that is not text is refused, not garbled', async () => {
    const io = fakeIo({ terminal: ['stdin'] });
    Object.assign(io.stdin, { isTTY: false }).end(Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]));
    expect(await run(['chat', '-u', sandbox.urls.openai, '-m', 'sandbox'], io)).toBe(2);
    expect(io.stderr.text).toBe(
      'sluice: standard input is not text in UTF-8; convert it first, with iconv for example\n',
    );
    expect(sandbox.requests).toHaveLength(0);
  });
});

describe('--json', () => {
  it('prints the route, then every event, one object a line', async () => {
    const { exitCode, io } = await chat('UP --json Hello');
    expect(exitCode).toBe(0);
    const events = io.stdout.lines.map((line) => JSON.parse(line) as { type: string; text?: string });
    expect(events[0]).toMatchObject({ type: 'route', route: { target: 'openai-compatible:sandbox' } });
    expect(events.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
    const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    expect(text).toBe(sandbox.requestsTo({ phase: 'message' })[0]?.answer);
  });

  it.each<[string, string, number, string, FakeIoOptions]>([
    ['there is no prompt', '', 2, 'invalid-request', { terminal: ['stdin'] }],
    ['the prompt is empty', 'UP', 2, 'invalid-request', {}],
    ['the provider is unknown', '-p h20 Hello', 2, 'invalid-request', {}],
    ['the model is unknown', '-m sandbx Hello', 2, 'model-not-found', {}],
    ['the server that should name a model is not there', '-u http://127.0.0.1:1 Hello', 1, 'network', {}],
  ])('ends in the error where %s', async (_what, args, expected, code, options) => {
    const { exitCode, io } = await chat(`--json ${args}`, options);
    expect(exitCode).toBe(expected);
    expect(io.stdout.lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'error', error: { code } },
    ]);
    expect(io.stderr.lines).toHaveLength(1);
  });

  it('ends in the error, which has no stack and no prompt', async () => {
    const { exitCode, io } = await chat(`--json -u ${await closedAddress()} -m x`, {
      words: ['a very long and secret prompt'],
    });
    expect(exitCode).toBe(1);
    expect(io.stdout.lines).toHaveLength(1);
    expect(JSON.parse(io.stdout.text)).toMatchObject({ type: 'error', error: { code: 'network' } });
    expect(io.stdout.text + io.stderr.text).not.toMatch(/secret prompt| {4}at /);
  });
});

describe('what a terminal shows', () => {
  const withText = (pieces: readonly string[]) =>
    httpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(sse(pieces));
    });

  it('is never driven by the upstream; a pipe gets the text as it came', async () => {
    await using server = await withText(['\u001b[2J', '\u001b]0;evil', '\u0007 done']);
    const terminal = await chat(`-u ${server.url} -m x Hello`, { terminal: ['stdout', 'stderr'] });
    expect(terminal.out).toBe('␛[2J␛]0;evil␇ done\n');
    const pipe = await chat(`-u ${server.url} -m x Hello`);
    expect(pipe.out).toBe('\u001b[2J\u001b]0;evil\u0007 done\n');
  });

  it('is never driven by an error of the upstream', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'bad\u001b[2J\nsecond line' } }));
    });
    const { exitCode, io } = await chat(`-u ${server.url} -m x Hello`);
    expect(exitCode).toBe(1);
    expect(io.stderr.lines).toHaveLength(1);
    expect(io.stderr.text).toMatch(/answered 400: bad.*second line\n$/);
    expect(io.stderr.text).not.toContain('\u001b');
  });

  it('ends in a line feed, and only in one', async () => {
    await using open = await withText(['no end']);
    expect((await chat(`-u ${open.url} -m x Hello`)).out).toBe('no end\n');
    await using closed = await withText(['an end\n']);
    expect((await chat(`-u ${closed.url} -m x Hello`)).out).toBe('an end\n');
  });

  it('has reasoning on stderr, a pipe has none', async () => {
    const reasoner = `-u ${sandbox.urls.vllm} -m sandbox-reasoner Hello`;
    const terminal = await chat(reasoner, { terminal: ['stdout', 'stderr'] });
    const answer = sandbox.requestsTo({ service: 'vllm' })[0]?.answer ?? '';
    expect(terminal.out).toBe(`${answer}\n`);
    expect(terminal.io.stderr.lines.length).toBeGreaterThan(1);
    expect((await chat(reasoner)).io.stderr.lines).toHaveLength(1);
  });

  it('is coloured on request', async () => {
    const { err } = await chat('UP Hello', { env: { FORCE_COLOR: '1' } });
    expect(err).toContain('\u001b[');
    expect((await chat('UP --no-color Hello', { env: { FORCE_COLOR: '1' } })).err).not.toContain('\u001b[');
  });
});

describe('bad input is told in one clear line, with a non-zero exit and no stack trace', () => {
  const oneLine = ({ io, out }: { readonly io: FakeIo; readonly out: string }): string => {
    expect(io.stderr.lines).toHaveLength(1);
    expect(out).toBe('');
    expect(io.stderr.text).not.toMatch(/ {4}at /);
    return io.stderr.lines[0] ?? '';
  };

  it.each<[string, string, RegExp, FakeIoOptions?]>([
    ['an empty prompt', 'UP  ', /the prompt is empty: nothing came on standard input; try/],
    ['a blank prompt', 'UP', /the prompt is empty/, { stdin: ' \n' }],
    ['an unknown model', '-m sandbx Hello', /lists a model "sandbx".*; did you mean sandbox\?/],
    ['an unknown provider', '-p h20 Hello', /no provider is named "h20"; did you mean h2o\?/],
    [
      'an unknown option',
      '--modle x Hello',
      /unknown option '--modle' \(Did you mean --model\?\); see --help/,
    ],
    [
      'a wrong number',
      '--temperature warm Hello',
      /'--temperature <number>' argument 'warm' is invalid\. It must be/,
    ],
    ['a wrong time', '--timeout soon Hello', /It must be a time such as 30s, 500ms or 2m; see --help/],
    ['no address', '-u localhost:8080 Hello', /--base-url must be an address such as http:/],
    [
      'a key without an address',
      '-k KEY Hello',
      /--api-key-env needs an upstream to send the key to: add --base-url/,
    ],
    [
      'a key that is not set',
      'UP -k KEY Hello',
      /--api-key-env names an environment variable that is empty or not set; the key itself is never/,
    ],
    [
      'a key with a line break',
      'UP -k KEY Hello',
      /the key that --api-key-env names has a space, a line break or/,
      { env: { KEY: 'a\nb' } },
    ],
    [
      'the key itself instead of its variable, which is not printed',
      'UP -k sk-abc123 Hello',
      /^(?!.*sk-abc123).*the key itself is never an argument/,
    ],
    [
      'a password in the address',
      '-u http://me:hunter2@127.0.0.1:1 -m x Hello',
      /^(?!.*hunter2).*--base-url must not hold a password/,
    ],
    [
      'a proxy that is none, without its password',
      'UP --proxy ftp://me:hunter2@h:1 Hello',
      /^(?!.*hunter2).*--proxy must be an address such as http:/,
    ],
    ['a proxy with a broken escape', 'UP --proxy http://me:%E0%A4%A@h:1 Hello', /--proxy must be an address/],
    ['a model of another provider', '-p ylokh -m h2o:falcon Hello', /is a model of h2o, and only ylokh/],
    ['a model that is empty', '--model= Hello', /'-m, --model <name>' argument '' is invalid\. It must not/],
    ['a stop text that is empty', 'UP --stop= Hello', /argument '' is invalid\. It must not be empty/],
    [
      'a key for who takes none',
      '-u http://127.0.0.1:1 -p flowgpt -k KEY Hello',
      /flowgpt takes no key/,
      { env: { KEY: 'k' } },
    ],
    [
      'a missing file',
      'UP --messages /does/not/exist Hello',
      /--messages \/does\/not\/exist cannot be read \(ENOENT\)/,
    ],
  ])('%s', async (_what, args, message, options) => {
    const result = await chat(args, options);
    expect(oneLine(result)).toMatch(message);
    expect(result.exitCode).toBe(2);
  });

  it.each([
    ['empty messages', '[]', 'messages is empty: at least one message is needed'],
    [
      'an unknown role',
      '[{"role":"robot","content":"Hi"}]',
      'messages[0].role must be one of system, developer, user',
    ],
    ['no JSON', '[{', 'is not JSON: it must be an array such as'],
  ])('%s in a file', async (what, content, message) => {
    const file = join(folder, `${what}.json`);
    await writeFile(file, content);
    const result = await chat('UP', { words: ['--messages', file] });
    expect(oneLine(result)).toContain(message);
    expect(result.exitCode).toBe(2);
    expect(sandbox.requests).toHaveLength(0);
  });

  it('an unreachable address', async () => {
    const address = await closedAddress();
    const result = await chat(`-u ${address} -m x Hello`);
    expect(oneLine(result)).toContain(`no answer from ${address.slice(7)}: the connection was refused`);
    expect(result.exitCode).toBe(1);
  });

  it('a proxy that is not there', async () => {
    const proxy = await closedAddress();
    const result = await chat(`UP --proxy ${proxy} Hello`);
    expect(oneLine(result)).toContain(`the proxy ${proxy.slice(7)} cannot be reached`);
    expect(result.exitCode).toBe(1);
  });

  it('a proxy that refuses', async () => {
    await using proxy = await httpServer(
      () => {},
      (_request, socket) => void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    );
    const result = await chat(`UP --proxy ${proxy.url} Hello`);
    expect(oneLine(result)).toContain('refused the connection (407); it wants a user name and password');
    expect(result.exitCode).toBe(1);
  });

  it('a web page instead of the protocol', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Welcome to nginx!</title>');
    });
    const result = await chat(`-u ${server.url} -m x Hello`);
    expect(oneLine(result)).toMatch(/a web page.*Welcome to nginx!/);
    expect(result.exitCode).toBe(1);
  });

  it('an answer that takes too long', async () => {
    sandbox.setFault('openai', 'never-answer');
    const result = await chat('UP --timeout 50ms Hello');
    // What is left of it when the target is asked.
    expect(oneLine(result)).toMatch(/did not end within \d+ ms \(--timeout\)$/);
    expect(result.exitCode).toBe(1);
  });

  it('shows the stack trace only if it is asked for', async () => {
    const { err } = await chat(`-u ${await closedAddress()} -m x Hello`, { env: { SLUICE_DEBUG: '1' } });
    expect(err).toMatch(/ {4}at /);
  });

  it('a failure in mid-stream comes after the text', async () => {
    sandbox.setFault('openai', { name: 'clean-close', parameters: { after: 3 } });
    const { exitCode, out, io } = await chat('UP Hello');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^I am.*\n$/);
    expect(io.stderr.lines).toHaveLength(1);
    expect(io.stderr.text).toMatch(/^sluice: the answer is incomplete: .+ ended its answer without/);
  });

  it('an answer that is cut off at its limit says so', async () => {
    const { exitCode, io } = await chat('UP --max-tokens 3 Hello');
    expect(exitCode).toBe(0);
    expect(io.stderr.lines[0]).toBe('sluice: the answer is cut off: it has reached its limit of tokens');
  });
});

describe('the embedded sandbox', () => {
  it('answers if no upstream is configured, says so in one line, and h2o is asked first', async () => {
    const { exitCode, out, io } = await chat('--sandbox-rate 0 Hello');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^I am the Sluice sandbox, not a language model, speaking as h2o/);
    expect(io.stderr.lines).toHaveLength(2);
    expect(io.stderr.lines[0]).toMatch(
      /no upstream is configured: the embedded sandbox answers.*no language model/,
    );
    expect(io.stderr.lines[1]).toMatch(/^sluice: h2o:.+ answered: first token after/);
  });

  it.each<[string, string, FakeIoOptions]>([
    ['--sandbox-down', '--sandbox-rate 0 --sandbox-down h2o Hello', {}],
    ['the environment', '--sandbox-rate 0 Hello', { env: { SLUICE_SANDBOX_DOWN: 'h2o' } }],
  ])('with its h2o down (by %s), the next answers and the command says so', async (_how, args, options) => {
    const { exitCode, out, io } = await chat(args, options);
    expect(exitCode).toBe(0);
    expect(out).toContain('speaking as ylokh');
    expect(io.stderr.lines[1]).toMatch(
      /^sluice: tried h2o:.+: no answer from .+ the connection was reset .+\(network, .+\)$/,
    );
    expect(io.stderr.lines[2]).toMatch(/^sluice: ylokh:.+ answered:/);
  });

  it('tells why each failed if all are down', async () => {
    const { exitCode, out, io } = await chat('--sandbox-down h2o,ylokh,flowgpt,openai-compatible Hello');
    expect(exitCode).toBe(1);
    expect(out).toBe('');
    expect(io.stderr.lines).toHaveLength(2);
    expect(io.stderr.lines[1]).toMatch(
      /^sluice: none of h2o:.+, ylokh:.+, flowgpt:.+, openai-compatible:.+ answered; h2o:/,
    );
  });

  it.each(['h2o', 'ylokh', 'flowgpt', 'openai-compatible'])(
    'speaks through %s alone if that is asked for',
    async (id) => {
      const { exitCode, err } = await chat(`--sandbox-rate 0 -p ${id} Hello`);
      expect(exitCode).toBe(0);
      expect(err).toContain(`sluice: ${id}:`);
    },
  );
});
