import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ChatError, type ChatErrorCode, type ChatEvent, type ChatRequest, collect, tee } from '@sluice/core';
import { createSandbox } from '@sluice/sandbox';
import { describe, expect, it } from 'vitest';
import { createRegistry } from './create-registry.ts';
import { ask, failureOf } from './fake-provider.fixture.ts';
import type { RegistryConfig } from './registry.ts';
import { sseProvider } from './sse-provider.fixture.ts';
import { type Script, scripted, virtualTimers } from './virtual-time.fixture.ts';

const cut = (text: string, code: ChatErrorCode = 'truncated'): Script => ({
  says: text.split('|'),
  fails: new ChatError(code, 'it broke off', { sent: 'yes' }),
});

function resuming(scripts: readonly (readonly Script[])[], config: Partial<RegistryConfig> = {}) {
  const timers = virtualTimers();
  const providers = scripts.map((script, index) => scripted('abcd'[index] as string, timers, ...script));
  const registry = createRegistry({
    providers,
    default: providers.map(({ id }) => id),
    strategy: 'ordered',
    retry: { maxWaitMs: 0 },
    timers,
    ...config,
  });
  return { timers, providers, registry };
}

async function eventsOf(stream: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe("resume: 'continue'", () => {
  it('goes on with the text at the next target, marks the seam, and ends once', async () => {
    const { registry, providers } = resuming([[cut('one |two ')], [{ says: ['three'] }]], {
      resume: 'continue',
    });
    const stream = await registry.stream(ask);
    const events = await eventsOf(stream);
    expect(events.map((event) => (event.type === 'text-delta' ? event.text : event.type))).toEqual([
      'one ',
      'two ',
      'warning',
      'three',
      'finish',
    ]);
    expect(events[2]).toMatchObject({ code: 'resumed', message: expect.stringContaining('truncated') });
    const asked = providers[1]?.calls[0]?.request.messages ?? [];
    expect(asked.slice(0, 2)).toEqual([...ask.messages, { role: 'assistant', content: 'one two ' }]);
    expect(asked[2]?.content).toContain('Go on exactly where it ends');
    expect(stream.route).toMatchObject({
      target: 'b',
      attempts: [
        { target: 'a', outcome: 'served', message: 'broke off: truncated' },
        { target: 'b', outcome: 'served', resumed: 'continue' },
      ],
    });
  });

  it('goes on as often as there are attempts, each with all the text so far; then the reader gets the failure and all of it', async () => {
    const { registry, providers } = resuming([[cut('a')], [cut('b')], [cut('c')], [{}]], {
      resume: 'continue',
    });
    const stream = await registry.stream(ask);
    const error = await failureOf(eventsOf(stream));
    expect(error).toMatchObject({ code: 'truncated', partial: { text: 'abc' } });
    expect(providers.map(({ calls }) => calls.length)).toEqual([1, 1, 1, 0]);
    expect(providers[2]?.calls[0]?.request.messages[1]?.content).toBe('ab');
  });

  it('asks the same target again if it is the only one, out of the retry budget', async () => {
    const { registry, timers, providers } = resuming([[cut('one '), { says: ['two'] }]], {
      resume: 'continue',
      retry: {},
    });
    const reading = (await registry.stream(ask)).result();
    await timers.advance(300);
    expect((await reading).text).toBe('one two');
    expect(providers[0]?.calls).toHaveLength(2);
    expect(timers.pending).toBe(0);
  });

  it.each<[string, Partial<ChatRequest>]>([
    ['JSON', { responseFormat: { type: 'json' } }],
    ['tools', { tools: [{ name: 'now' }] }],
  ])('does not go on with %s: half of it is nothing to go on with', async (_what, more) => {
    const { registry } = resuming([[cut('{')], [{}]], { resume: 'continue' });
    const stream = await registry.stream({ ...ask, ...more });
    expect((await failureOf(eventsOf(stream))).code).toBe('truncated');
  });

  it('ends before a stop sequence, also one that the seam goes through', async () => {
    const { registry, timers, providers } = resuming([[cut('one E|N')], [{ says: ['D two'], stays: true }]], {
      resume: 'continue',
    });
    const events = await eventsOf(await registry.stream({ ...ask, stop: ['END'] }));
    const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    expect([text, events.at(-1)]).toEqual(['one ', { type: 'finish', reason: 'stop' }]);
    await timers.settle();
    expect([providers.map((provider) => provider.open()), timers.pending]).toEqual([[0, 0], 0]);
  });

  it('gives no half of a character, where the answer breaks off inside one', async () => {
    const [high, low] = '🙂'.split('') as [string, string];
    const { registry, providers } = resuming([[cut(`one |${high}`)], [{ says: [`${high}`, `${low}!`] }]], {
      resume: 'continue',
    });
    const events = await eventsOf(await registry.stream(ask));
    const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
    expect(text).toBe('one 🙂!');
    expect(providers[1]?.calls[0]?.request.messages[1]?.content).toBe('one ');
  });

  it('leaves out targets that take no earlier turns', async () => {
    const { registry, providers } = resuming([[cut('one ')], [{}], [{ says: ['two'] }]], {
      resume: 'continue',
    });
    Object.assign(providers[1] as object, {
      capabilities: { ...providers[1]?.capabilities, messageHistory: 'none' },
    });
    const { text, route } = await (await registry.stream(ask)).result();
    expect([text, route?.target]).toEqual(['one two', 'c']);
  });
});

describe("resume: 'restart'", () => {
  it('begins again: what came before is void, also for who collects it', async () => {
    const { registry, providers } = resuming([[cut('half an ')], [{ says: ['a whole ', 'answer'] }]], {
      resume: 'restart',
    });
    const result = await (await registry.stream(ask)).result();
    expect(result.text).toBe('a whole answer');
    expect(result.warnings).toMatchObject([{ code: 'restarted' }]);
    expect(providers[1]?.calls[0]?.request).toEqual(ask);
  });

  it('reaches both branches of a stream that was doubled', async () => {
    const { registry } = resuming([[cut('half an ')], [{ says: ['a whole answer'] }]], { resume: 'restart' });
    const branches = tee(await registry.stream(ask));
    const results = await Promise.all(branches.map((branch) => collect(branch)));
    expect(results.map(({ text }) => text)).toEqual(['a whole answer', 'a whole answer']);
  });
});

describe('resuming', () => {
  it('never happens unasked', async () => {
    const { registry, providers } = resuming([[cut('half')], [{}]]);
    expect((await failureOf(eventsOf(await registry.stream(ask)))).code).toBe('truncated');
    expect(providers[1]?.calls).toEqual([]);
  });

  it('is chosen by a call, over the route, and by nothing that is misspelt', async () => {
    const { registry } = resuming([[cut('x')], [{ says: ['y'] }]]);
    const own = (resume: unknown): ChatRequest => ({ ...ask, providerOptions: { registry: { resume } } });
    expect((await (await registry.stream(own('continue'))).result()).text).toBe('xy');
    const off = resuming([[cut('x')], [{}]], { resume: 'continue' });
    expect((await failureOf(eventsOf(await off.registry.stream(own(false))))).code).toBe('truncated');
    expect((await failureOf(registry.stream(own('again')))).message).toContain(
      'providerOptions.registry.resume must be',
    );
    const wrong = { ...ask, providerOptions: { registry: { resumed: true } } };
    expect((await failureOf(registry.stream(wrong))).code).toBe('invalid-request');
  });

  it('stops where the caller leaves: in the middle, and while the next one is awaited', async () => {
    for (const wait of [false, true]) {
      const { registry, timers, providers } = resuming([[cut('x')], [{ afterMs: 5_000 }]], {
        resume: 'continue',
      });
      const controller = new AbortController();
      const stream = await registry.stream(ask, { signal: controller.signal });
      const events = stream[Symbol.asyncIterator]();
      await events.next();
      const failed = wait ? failureOf(events.next()) : undefined;
      await timers.advance(10);
      if (wait) {
        expect(providers[1]?.open()).toBe(1);
        controller.abort();
        expect(await failed).toMatchObject({ code: 'aborted', partial: { text: 'x' } });
      } else await stream.cancel();
      await timers.settle();
      expect([providers.map((provider) => provider.open()), timers.pending]).toEqual([[0, 0], 0]);
      expect(registry.snapshot().targets[1]).toMatchObject({ inFlight: 0, successRate: 1 });
    }
  });

  it('lets go of everything when nobody holds the stream any more, read from or not', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    for (const isRead of [false, true]) {
      const { registry, timers, providers } = resuming([[{ says: ['x', 'y'], stays: true }]], {
        resume: 'continue',
        timeout: 600_000,
      });
      const drop = async (): Promise<void> => {
        const stream = await registry.stream(ask);
        if (isRead) await stream[Symbol.asyncIterator]().next();
      };
      await drop();
      await expect
        .poll(
          () => {
            collectGarbage();
            return [providers[0]?.open(), timers.pending, registry.snapshot().targets[0]?.inFlight];
          },
          {
            timeout: 8_000,
          },
        )
        .toEqual([0, 0, 0]);
    }
  });

  it('keeps the deadline of the call', async () => {
    const { registry, timers } = resuming([[cut('x')], [{ afterMs: Number.POSITIVE_INFINITY }]], {
      resume: 'restart',
      timeout: 3_000,
    });
    const failed = failureOf(eventsOf(await registry.stream(ask)));
    await timers.advance(3_000);
    expect((await failed).code).toBe('deadline-exceeded');
    expect(timers.pending).toBe(0);
  });

  it('over real sockets gives one message with one end', async () => {
    await using sandbox = await createSandbox();
    sandbox.setFault('openai', { name: 'reset', parameters: { after: 3 } });
    const registry = createRegistry({
      providers: [
        sseProvider('first', sandbox.urls.openai, 'sandbox'),
        sseProvider('second', sandbox.urls.ylokh, 'sandbox'),
      ],
      routes: { both: { targets: ['first', 'second'], strategy: 'ordered', resume: 'continue' } },
    });
    const { text, warnings } = await (await registry.stream({ ...ask, model: 'both' })).result();
    const [half, rest] = [
      sandbox.requestsTo({ service: 'openai', phase: 'message' })[0]?.answer ?? '',
      sandbox.requestsTo({ service: 'ylokh', phase: 'message' })[0]?.answer ?? '',
    ];
    expect(warnings).toMatchObject([{ code: 'resumed' }]);
    expect(text.endsWith(rest)).toBe(true);
    expect(half.startsWith(text.slice(0, -rest.length))).toBe(true);
    await registry.close();
  });
});
