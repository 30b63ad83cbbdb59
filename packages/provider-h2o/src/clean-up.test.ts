import { ChatError, type ChatProvider, type ChatStream, complete } from '@sluice/core';
import { createSandbox, type EraName, type Phase, type ReceivedRequest, type Sandbox } from '@sluice/sandbox';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, eraNames, failureOf, nothingLeft, stepsOf } from './chat-ui.fixture.ts';
import { createH2o } from './create-h2o.ts';
import { chatUi, json } from './scripted-server.fixture.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ services: { h2o: { stopDelayMs: 0 } } });
});
beforeEach(() => {
  sandbox.reset();
  sandbox.configure({ tokensPerSecond: 0, reply: () => undefined });
});
afterAll(() => sandbox.close());

/** An answer that goes on until it is stopped. */
function speakSlowly(): void {
  sandbox.configure({
    tokensPerSecond: 200,
    reply: () => Array.from({ length: 2_000 }, (_, each) => ` ${each}`),
  });
}

async function firstEvent(stream: ChatStream): Promise<void> {
  await stream[Symbol.asyncIterator]().next();
}

/** The same numbers between 0 and 1 for the same seed (a linear congruence, of Numerical Recipes). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Waits for the server to see a step. */
function seen(era: EraName, phase: Phase): Promise<ReceivedRequest> {
  return sandbox.waitForRequest({ service: `h2o-${era}`, phase });
}

describe('after an answer', () => {
  it.each(eraNames)('the conversation of era %s is deleted and nothing is stopped', async (era) => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
    await complete(provider, ask('Hi'));
    // Done means done: no waiting here.
    expect(sandbox.conversations).toEqual([]);
    expect(stepsOf(sandbox, era)).not.toContain('stop');
    await provider.close();
  });

  it('it stays where it is wanted, and its id is known', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e, keepConversation: true });
    const { id } = await complete(provider, ask('Hi'));
    await provider.close();
    expect(sandbox.conversations.map((each) => each.id)).toEqual([id]);
  });

  it('it stays only if something was said in it', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e, keepConversation: true });
    sandbox.setFault('h2o-e', 'status-429');
    await failureOf(provider.stream(ask('Hi')));
    await provider.close();
    expect(sandbox.conversations).toEqual([]);
  });

  it.each(['status-404', 'status-500', 'reset-before-headers'] as const)(
    'a deletion that fails with %s does not spoil it',
    async (fault) => {
      const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e });
      sandbox.setFault({ service: 'h2o-e', phase: 'delete' }, fault);
      const { finishReason } = await complete(provider, ask('Hi'));
      await provider.close();
      expect(finishReason).toBe('stop');
    },
  );

  it('a deletion whose connection broke is tried once more', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e });
    sandbox.setFault({ service: 'h2o-e', phase: 'delete' }, { name: 'reset-before-headers', times: 1 });
    await complete(provider, ask('Hi'));
    await provider.close();
    expect(sandbox.requestsTo({ phase: 'delete' })).toHaveLength(2);
    expect(sandbox.conversations).toEqual([]);
  });

  it('a deletion that is never answered is given up in time', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e, cleanupTimeoutMs: 60 });
    sandbox.setFault({ service: 'h2o-e', phase: 'delete' }, 'never-answer');
    const { finishReason } = await complete(provider, ask('Hi'));
    expect(finishReason).toBe('stop');
    expect(await (await seen('e', 'delete')).ended).toBe('client');
    await provider.close();
  });
});

describe('a call that is cancelled', () => {
  /** The steps of a first call, where a call can be waiting. */
  const phases: { readonly [Era in EraName]: readonly Phase[] } = {
    a: ['settings', 'create', 'message'],
    b: ['settings', 'create', 'conversation', 'message'],
    c: ['settings', 'create', 'conversation', 'message'],
    d: ['settings', 'create', 'conversation', 'message'],
    e: ['create', 'message'],
  };

  for (const era of eraNames) {
    it.each(phases[era])(`leaves nothing in era ${era} while it waits for the step %s`, async (phase) => {
      const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era], cleanupTimeoutMs: 100 });
      const abort = new AbortController();
      sandbox.setFault({ service: `h2o-${era}`, phase }, 'never-answer');
      const failure = failureOf(provider.stream(ask('Hi'), { signal: abort.signal }));
      await seen(era, phase);
      abort.abort();
      expect(await failure).toMatchObject({ code: 'aborted' });
      await provider.close();
      await nothingLeft(sandbox);
      await sandbox.waitUntil(() => sandbox.openStreams === 0);
    });

    it(`leaves nothing in era ${era} in mid-answer`, async () => {
      speakSlowly();
      const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
      const abort = new AbortController();
      const stream = await provider.stream(ask('Hi'), { signal: abort.signal });
      const message = sandbox.requestsTo({ service: `h2o-${era}`, phase: 'message' }).at(-1);
      const startedMs = performance.now();
      abort.abort();
      expect(await failureOf(stream.result())).toMatchObject({ code: 'aborted' });
      expect(await message?.ended).toBe('client');
      expect(performance.now() - startedMs).toBeLessThan(250);
      await provider.close();
      expect(stepsOf(sandbox, era).slice(-2)).toEqual(['stop', 'delete']);
      await nothingLeft(sandbox);
    });

    it(`leaves nothing in era ${era} when its loop is left`, async () => {
      speakSlowly();
      const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
      for await (const _ of (await provider.stream(ask('Hi'))).textStream) break;
      // Leaving the loop waits for the clean-up.
      expect(sandbox.conversations).toEqual([]);
      await provider.close();
      await nothingLeft(sandbox);
    });
  }

  it('before it began sends nothing', async () => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.e });
    const signal = AbortSignal.abort();
    expect(await failureOf(provider.stream(ask('Hi'), { signal }))).toMatchObject({
      code: 'aborted',
    });
    expect(sandbox.requests).toEqual([]);
    await provider.close();
  });

  it('is told at once, while the conversation that is just being made is awaited and deleted', async () => {
    const arrived = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await using server = await chatUi({
      create: async (request, response) => {
        arrived.resolve();
        await answer.promise;
        json({ conversationId: 'late' })(request, response);
      },
    });
    const provider = createH2o({ baseURL: server.url });
    const abort = new AbortController();
    const failure = failureOf(provider.stream(ask('Hi'), { signal: abort.signal }));
    await arrived.promise;
    abort.abort();
    expect(await failure).toMatchObject({ code: 'aborted' });
    expect(server.lines()).toEqual(['POST /conversation']);
    answer.resolve();
    await provider.close();
    expect(server.lines()).toEqual(['POST /conversation', 'DELETE /conversation/late']);
  });

  it('while the server never answers a create, does not keep the provider open for longer than it may', async () => {
    const arrived = Promise.withResolvers<void>();
    await using server = await chatUi({ create: () => arrived.resolve() });
    const provider = createH2o({ baseURL: server.url, cleanupTimeoutMs: 50 });
    const abort = new AbortController();
    const failure = failureOf(provider.stream(ask('Hi'), { signal: abort.signal }));
    await arrived.promise;
    abort.abort();
    await failure;
    await provider.close();
    expect(server.lines()).toEqual(['POST /conversation']);
  });

  it('has its conversation deleted also if stopping fails', async () => {
    speakSlowly();
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.c });
    sandbox.setFault({ service: 'h2o-c', phase: 'stop' }, 'status-500');
    await (await provider.stream(ask('Hi'))).cancel();
    expect(sandbox.conversations).toEqual([]);
    await provider.close();
  });

  it('has its conversation deleted also if stopping is never answered', async () => {
    speakSlowly();
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.c, cleanupTimeoutMs: 200 });
    sandbox.setFault({ service: 'h2o-c', phase: 'stop' }, 'never-answer');
    await (await provider.stream(ask('Hi'))).cancel();
    expect(sandbox.conversations).toEqual([]);
    await provider.close();
  });

  it('by a limit is cleaned up as well', async () => {
    speakSlowly();
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.a, timeout: { firstToken: 0 } });
    const stream = await provider.stream(ask('Hi'), { timeout: 150 });
    expect(await failureOf(stream.result())).toMatchObject({ code: 'deadline-exceeded' });
    await provider.close();
    await nothingLeft(sandbox);
  });
});

describe('a call that fails', () => {
  const faults = [
    ['conversation', 'status-500'],
    ['conversation', 'status-429'],
    ['conversation', 'reset-before-headers'],
    ['message', 'status-429'],
    ['message', 'status-500'],
    ['message', 'reset-before-headers'],
    ['message', 'error-first'],
    ['message', 'error-event'],
    ['message', 'reset'],
    ['message', 'clean-close'],
    ['message', 'malformed-json'],
    ['message', 'challenge-page'],
    ['message', 'only-finish'],
  ] as const;

  it.each(faults)('in the step %s with %s leaves nothing, in any era', async (phase, fault) => {
    for (const era of eraNames) {
      const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
      sandbox.setFault({ service: `h2o-${era}`, phase }, fault);
      const failure = await provider
        .stream(ask('Hi'))
        .then((stream) => stream.result())
        .catch((error: unknown) => error);
      // Eras A, B and E don't all have the step `conversation`.
      if (phase === 'message') expect(ChatError.is(failure)).toBe(true);
      await provider.close();
      await nothingLeft(sandbox);
    }
  });

  it('is told at once: its clean-up goes on behind', async () => {
    const arrived = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    await using server = await chatUi({
      message: json({ message: 'You are sending too many messages. Try again later.' }, 429),
      delete: async (_request, response) => {
        arrived.resolve();
        await answer.promise;
        response.end();
      },
    });
    const provider = createH2o({ baseURL: server.url });
    expect(await failureOf(provider.stream(ask('Hi')))).toMatchObject({ code: 'rate-limited' });
    await arrived.promise;
    let closed = false;
    const closing = provider.close().then(() => {
      closed = true;
    });
    expect(closed).toBe(false);
    answer.resolve();
    await closing;
  });
});

describe('many calls at once', () => {
  it.each(['a', 'b', 'e'] as const)('of era %s do not mix and leave nothing', async (era) => {
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra[era] });
    sandbox.configure({ reply: ({ prompt }) => `Answer to ${prompt}.` });
    const questions = Array.from({ length: 100 }, (_, each) => `question ${each}`);
    const answers = await Promise.all(questions.map((question) => complete(provider, ask(question))));
    expect(answers.map(({ text }) => text)).toEqual(questions.map((question) => `Answer to ${question}.`));
    expect(sandbox.conversations).toEqual([]);
    await provider.close();
    await sandbox.waitUntil(() => sandbox.openSockets === 0);
  });

  it('that are all cancelled at random moments, a thousand over all eras, leave nothing', async () => {
    speakSlowly();
    const random = randomFrom(20_231_121);
    const providers = eraNames.map((era) => createH2o({ baseURL: sandbox.urls.h2oByEra[era] }));
    const oneCall = async (provider: ChatProvider, each: number): Promise<void> => {
      const abort = new AbortController();
      const moment = setTimeout(() => abort.abort(), random() * 400);
      const leaves = random() < 0.5;
      try {
        const stream = await provider.stream(ask(`question ${each}`), { signal: abort.signal });
        await (leaves ? firstEvent(stream).then(() => stream.cancel()) : stream.result());
      } catch (error) {
        if (!ChatError.is(error) || error.code !== 'aborted') throw error;
      } finally {
        clearTimeout(moment);
      }
    };
    const calls = Array.from({ length: 1_000 }, (_, each) =>
      oneCall(providers[each % providers.length] as ChatProvider, each),
    );
    await Promise.all(calls);
    for (const provider of providers) await provider.close();
    await nothingLeft(sandbox);
    await sandbox.waitUntil(() => sandbox.openSockets === 0);
  });

  it('are all cleaned up by closing the provider, wherever they are', async () => {
    speakSlowly();
    const random = randomFrom(7);
    for (let round = 0; round < 5; round += 1) {
      const providers = eraNames.map((era) => createH2o({ baseURL: sandbox.urls.h2oByEra[era] }));
      const calls = providers.flatMap((provider) =>
        Array.from({ length: 8 }, () =>
          failureOf(provider.stream(ask('Hi')).then((stream) => stream.result())),
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, random() * 60));
      await Promise.all(providers.map((provider) => provider.close()));
      // Closed means cleaned up: no waiting here.
      expect(sandbox.conversations).toEqual([]);
      expect(await Promise.all(calls)).toSatisfy((errors: ChatError[]) =>
        errors.every(({ code }) => code === 'aborted'),
      );
    }
    await sandbox.waitUntil(() => sandbox.openSockets === 0 && sandbox.activeGenerations === 0);
  });
});

describe('a provider that is closed', () => {
  it('ends what is under way, waits for its clean-up, and begins nothing more', async () => {
    speakSlowly();
    const provider = createH2o({ baseURL: sandbox.urls.h2oByEra.d });
    const stream = await provider.stream(ask('Hi'));
    const failure = failureOf(stream.result());
    await provider.close();
    expect(await failure).toMatchObject({ code: 'aborted' });
    expect(sandbox.conversations).toEqual([]);
    expect(await failureOf(provider.stream(ask('Hi')))).toMatchObject({ code: 'aborted', sent: 'no' });
    expect(await failureOf(provider.listModels())).toMatchObject({ code: 'aborted', sent: 'no' });
    await provider.close();
  });
});
