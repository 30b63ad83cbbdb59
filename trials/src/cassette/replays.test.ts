import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChatEvent, ChatRequest, RouteDecision } from '@sluice/core';
import { createSandbox, type FaultName, refusedAddress, type Sandbox } from '@sluice/sandbox';
import { type RecordOptions, type ReplayOptions, record, replay } from '@sluice/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Addresses, type Conversation, converse } from './conversation.fixture.ts';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-cassette-'));
});
afterAll(() => rm(folder, { recursive: true }));

const asking = (model?: string, text = 'Tell me about sluices, with emoji'): ChatRequest => ({
  messages: [{ role: 'user', content: text }],
  ...(model === undefined ? {} : { model }),
});

interface Told extends Conversation {
  readonly prepare?: (sandbox: Sandbox) => void;
  readonly urls?: (addresses: Addresses) => Promise<Addresses>;
}

/** Records against a sandbox of its own, which is gone when it is replayed. */
async function recorded({ prepare, urls, ...conversation }: Told, options?: RecordOptions) {
  const sandbox = await createSandbox({ answerTokens: 12 });
  prepare?.(sandbox);
  const addresses = urls ? await urls(sandbox.urls) : sandbox.urls;
  count += 1;
  const file = join(folder, `${count}.jsonl`);
  const cassette = await record(file, options);
  const answers = await converse(conversation, addresses, cassette.timers);
  await cassette.close();
  await sandbox.close();
  return { file, addresses, answers, conversation };
}

async function replayed(
  { file, addresses, conversation }: Awaited<ReturnType<typeof recorded>>,
  options: ReplayOptions,
) {
  await using cassette = await replay(file, options);
  const answers = await converse(conversation, addresses, cassette.timers);
  return {
    answers,
    left: cassette.remaining.map(({ request }) => request),
    differences: cassette.differences,
  };
}

const targets = ['h2o', 'ylokh', 'flowgpt', 'openai-compatible:sandbox'] as const;

const conversations: { readonly [what: string]: Told } = {
  'several answers, one after the other': { requests: targets.map((target) => asking(target)) },
  'the same question twice': { requests: [asking('h2o'), asking('h2o')] },
  'chat-ui servers of today': {
    requests: [asking('h2o')],
    urls: async (urls) => ({ ...urls, h2o: (urls as Sandbox['urls']).h2oByEra.e }),
  },
  'a choice by lot': { requests: Array.from({ length: 6 }, () => asking()), strategy: 'weighted' },
  'calls at the same time': {
    requests: [...targets, ...targets].map((target, number) => asking(target, `Question number ${number}`)),
    together: true,
  },
  'an address that refuses, and the next target': {
    requests: [asking()],
    urls: async (urls) => ({ ...urls, h2o: await refusedAddress() }),
  },
  'a target that is down, one that says too much, and the third': {
    requests: [asking(), asking()],
    prepare: (sandbox) => {
      sandbox.setFault({ service: 'h2o', phase: '*' }, 'reset-before-headers');
      sandbox.setFault('ylokh', {
        name: 'status-429',
        parameters: { retryAfter: 'seconds', retryAfterMs: 7_000 },
      });
    },
  },
  'targets that all fail': {
    requests: [asking()],
    prepare: (sandbox) => sandbox.setFault('*', 'status-503'),
  },
  'a page in the place of an answer': {
    requests: targets.map((target) => asking(target)),
    prepare: (sandbox) => sandbox.setFault('*', 'challenge-page'),
  },
  'a limit of time before the answer': {
    requests: targets.map((target) => asking(target)),
    timeout: { firstToken: 150 },
    prepare: (sandbox) => sandbox.setFault('*', 'never-answer'),
  },
  'a limit of time and then the next target': {
    requests: [asking()],
    timeout: { total: 1_500 },
    prepare: (sandbox) => sandbox.setFault('h2o', 'never-answer'),
  },
  'a deadline': {
    requests: [asking('openai-compatible:sandbox')],
    timeout: { total: 250 },
    prepare: (sandbox) => sandbox.setFault('openai', { name: 'stall', parameters: { after: 3 } }),
  },
  'silence in the middle': {
    requests: targets.map((target) => asking(target)),
    timeout: { idle: 120 },
    prepare: (sandbox) => sandbox.setFault('*', { name: 'stall', parameters: { after: 3 } }),
  },
  'a hedge that is quicker': {
    requests: [asking()],
    hedgeAfterMs: 100,
    prepare: (sandbox) => sandbox.setFault('h2o', 'never-answer'),
  },
};
for (const fault of [
  'reset',
  'clean-close',
  'error-event',
  'malformed-json',
  'byte-chunks',
  'split-characters',
  'invalid-utf8',
  'compressed',
  'empty-body',
  'garbage',
  'redirect-307',
] as const satisfies readonly FaultName[]) {
  Object.assign(conversations, {
    [`the fault ${fault}`]: {
      requests: targets.map((target) => asking(target)),
      prepare: (sandbox: Sandbox) => sandbox.setFault('*', fault),
    } satisfies Told,
  });
}

describe('a cassette recorded from the sandbox replays to the same events and the same decision, byte for byte', () => {
  it.each(Object.entries(conversations))('%s', async (_what, told) => {
    const recording = await recorded(told);
    const { answers, left } = await replayed(recording, { mode: 'strict' });
    expect(answers).toEqual(recording.answers);
    expect(left).toEqual([]);
    // Hermetic: the sandbox is gone, and a replay can be replayed.
    expect((await replayed(recording, {})).answers).toEqual(recording.answers);
  });

  it('in the recorded time as well', async () => {
    const recording = await recorded(conversations['silence in the middle'] as Told);
    const { answers } = await replayed(recording, { mode: 'strict', timing: 'recorded' });
    expect(answers).toEqual(recording.answers);
  });

  it('from other ports, where the replay is not strict', async () => {
    const recording = await recorded(conversations['several answers, one after the other'] as Told);
    const moved = Object.fromEntries(
      Object.entries(recording.addresses).map(([name, url]) => [
        name,
        typeof url === 'string' ? url.replace('127.0.0.1', 'localhost') : url,
      ]),
    ) as unknown as Addresses;
    const { answers } = await replayed({ ...recording, addresses: moved }, {});
    expect(answers).toEqual(recording.answers);
  });

  it('in the same shape where words are masked, and with none of them in it', async () => {
    const recording = await recorded(conversations['several answers, one after the other'] as Told, {
      redactPrompts: true,
    });
    const { answers, left } = await replayed(recording, { mode: 'strict' });
    const shapes = (texts: readonly string[]) =>
      texts.map((text) => {
        const { events, route } = JSON.parse(text) as { events: ChatEvent[]; route: RouteDecision };
        const { attempts, ...decision } = route;
        const outcomes = attempts.map(({ target, outcome }) => [target, outcome]);
        return [events.map(({ type }) => type), events.at(-1), decision, outcomes];
      });
    expect(shapes(answers)).toEqual(shapes(recording.answers));
    expect(left).toEqual([]);
    const text = await readFile(recording.file, 'utf8');
    expect(text).not.toMatch(/ sluices|emoji|not a language/);
  });

  it('and holds no credential', async () => {
    const { file } = await recorded(conversations['several answers, one after the other'] as Told);
    const text = await readFile(file, 'utf8');
    expect(text).not.toContain('key-of-the-test-0815');
    expect(text).not.toMatch(/hf-chat=(?!\[redacted\])/);
  });
});
