import { ChatError, type ChatResult } from '@sluice/core';
import { createSandbox, type FaultName, type FaultRow, faults, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, nothingLeft } from './chat-ui.fixture.ts';
import { createH2o } from './create-h2o.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({
    // Short, since a byte a chunk takes its time, and with characters of every length.
    reply: () => [
      'Grüße',
      ' von',
      ' 🦙',
      ' und',
      ' 👩‍💻',
      ':',
      ' 日本語',
      ',',
      ' "q"',
      ' \\',
      '\n',
      'Ende',
      '.',
    ],
    services: { h2o: { stopDelayMs: 0, welcomeModal: false } },
  });
});
beforeEach(() => sandbox.reset());
afterAll(() => sandbox.close());

/** The three grammars: the model server's events, updates that never end, updates with padding and keep-alives. */
const eras = ['a', 'b', 'e'] as const;

/** One call while a fault is on: the answer or its failure, and the text that the server meant to say. */
async function callWith(
  era: (typeof eras)[number],
  name: FaultName,
  parameters: FaultRow['variants'][number] = {},
  idleMs = 10_000,
): Promise<{
  readonly result?: ChatResult;
  readonly failure?: ChatError;
  readonly meant: string | undefined;
}> {
  sandbox.setFault(`h2o-${era}`, { name, ...parameters });
  const provider = createH2o({
    baseURL: sandbox.urls.h2oByEra[era],
    timeout: { firstToken: 2_000, idle: idleMs },
  });
  const outcome = await provider
    .stream(ask('Say something with emoji'))
    .then((stream) => stream.result())
    .catch((error: unknown) => error);
  await provider.close();
  sandbox.clearFaults();
  const meant = sandbox.requestsTo({ phase: 'message' }).at(-1)?.answer;
  return ChatError.is(outcome) ? { failure: outcome, meant } : { result: outcome as ChatResult, meant };
}

const harmless = faults
  .filter(({ group }) => group === 'framing')
  .filter(({ name }) => !['long-line', 'invalid-utf8', 'split-characters', 'split-surrogates'].includes(name))
  .flatMap(({ name, variants }) => variants.map((variant) => [name, variant] as const));

describe.each(eras)('in era %s', (era) => {
  it.each(harmless)('the answer is the same with %s %j', async (name, parameters) => {
    const { result, meant } = await callWith(era, name, parameters);
    expect([result?.text, result?.finishReason, result?.warnings]).toEqual([meant, 'stop', []]);
  });

  it.each(['split-characters', 'split-surrogates'] as const)('no character is broken by %s', async (name) => {
    const { result, meant } = await callWith(era, name);
    expect(result?.text.isWellFormed()).toBe(true);
    expect(result?.text).not.toContain('\ufffd');
    expect(result?.text.startsWith(meant?.slice(0, 20) ?? '?')).toBe(true);
  });

  it('bytes that are not UTF-8 are marked, and the rest is read', async () => {
    const { result } = await callWith(era, 'invalid-utf8');
    expect(result?.text).toContain('\ufffd');
    expect(result?.finishReason).toBe('stop');
  });

  it.each([
    ['long-line', 'invalid-response'],
    ['reset', 'network'],
    ['clean-close', 'truncated'],
    ['error-event', 'server-error'],
    ['malformed-json', 'invalid-response'],
    ['error-as-json', 'server-error'],
    ['error-first', 'server-error'],
    ['challenge-page', 'blocked'],
    ['empty-body', 'truncated'],
    ['blank-body', 'truncated'],
    ['only-finish', 'empty-response'],
  ] as const)('%s is %s, and nothing is left', async (name, code) => {
    expect((await callWith(era, name)).failure?.code).toBe(code);
    await nothingLeft(sandbox);
  });

  it.each(['stall', 'keep-alive-forever'] as const)('%s runs into the idle limit', async (name) => {
    expect((await callWith(era, name, {}, 100)).failure?.code).toBe('idle-timeout');
    await nothingLeft(sandbox);
  });

  it.each(['second-finish', 'text-after-end'] as const)(
    'nothing comes after the end with %s',
    async (name) => {
      const { result, meant } = await callWith(era, name);
      expect(result?.text).toBe(meant);
    },
  );

  it('an endless answer can be left, and its memory stays bounded', async () => {
    sandbox.setFault(`h2o-${era}`, 'endless');
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
    let events = 0;
    for await (const _ of (await provider.stream(ask('Hi'))).textStream) {
      events += 1;
      if (events === 5_000) break;
    }
    await provider.close();
    await nothingLeft(sandbox);
  });
});
