import { describe, expect, it } from 'vitest';
import { createSandbox } from '../create-sandbox.ts';
import type { Sandbox } from '../sandbox.ts';
import { begin, createChatUiClient } from './chat-ui-client.fixture.ts';
import { ERA_NAMES, type EraName } from './eras.ts';

/** Slow enough to act in mid-stream, fast enough not to wait for. */
const SLOW = { tokensPerSecond: 200, answerTokens: 2000 } as const;

/** A piece of text that comes early in any answer of the sandbox. */
const EARLY = 'Sluice';

function updates(text: string): readonly Readonly<Record<string, unknown>>[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** The text that a stream showed, in any grammar. */
function streamed(text: string): string {
  const tokens = text.matchAll(/"(?:token|text)":"((?:[^"\\]|\\.)*)"(?:,"logprob":-0\.5|\})/gu);
  return [...tokens].map(([, token]) => JSON.parse(`"${token}"`).replace(/\0+$/u, '')).join('');
}

async function stopInMidStream(sandbox: Sandbox, era: EraName): Promise<{ text: string; ended: string }> {
  const { client, id } = await begin(sandbox, era);
  const answering = client.say(id, 'Hello', era === 'b' ? { leaveAt: ' '.repeat(4096) } : {});
  await sandbox.waitForRequest({ service: `h2o-${era}`, phase: 'message' });
  await sandbox.waitUntil(() => sandbox.conversations[0]?.generating === true);
  expect((await client.stop(id)).status).toBe(200);
  const { text, ended } = await answering;
  await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
  return { text, ended };
}

describe.each(ERA_NAMES)('a chat-ui server of era %s', (era) => {
  it('answers a message, keeps the history, and forgets the conversation when it is deleted', async () => {
    const asked: string[][] = [];
    await using sandbox = await createSandbox({
      reply: ({ messages }) => {
        asked.push(messages.map(({ role, content }) => `${role}: ${content}`));
        return ['First', ' answer'];
      },
    });
    const { client, id } = await begin(sandbox, era);
    const leave = era === 'b' ? { leaveAt: 'finalAnswer' } : {};
    await client.say(id, 'One', leave);
    await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
    await client.say(id, 'Two', leave);
    await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
    expect(asked.map((messages) => messages.filter((message) => !message.startsWith('system')))).toEqual([
      ['user: One'],
      ['user: One', 'assistant: First answer', 'user: Two'],
    ]);
    expect((await client.remove(id)).status).toBe(200);
    expect(sandbox.conversations).toEqual([]);
    expect((await client.remove(id)).status).toBe(404);
  });

  it('shows nothing of a session to another one', async () => {
    await using sandbox = await createSandbox();
    const { id } = await begin(sandbox, era);
    const stranger = createChatUiClient(sandbox, era, 'stranger');
    await stranger.accept();
    expect((await stranger.say(id, 'Hello')).status).toBe(404);
    expect((await stranger.stop(id)).status).toBe(404);
    expect((await stranger.remove(id)).status).toBe(404);
    expect(sandbox.conversations).toHaveLength(1);
  });

  it('answers an error with a page when the client says nothing of what it accepts', async () => {
    await using sandbox = await createSandbox();
    const { client } = await begin(sandbox, era);
    const asked = { headers: { accept: '' } };
    const answer = await client.post('64e000000000000000000000', { inputs: 'Hello', options: {} }, asked);
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toContain('text/html');
  });
});

describe('stop-generating', () => {
  it('resets the connection in era A, after a while, and saves the text so far', async () => {
    await using sandbox = await createSandbox({ ...SLOW, services: { h2o: { stopDelayMs: 30 } } });
    const { text, ended } = await stopInMidStream(sandbox, 'a');
    expect(ended).toBe('cut');
    expect(text).not.toContain('"generated_text":"');
    const [conversation] = sandbox.conversations;
    expect(conversation).toMatchObject({ generating: false, stopped: true });
    expect(conversation?.messages.at(-1)?.content).toBe(streamed(text));
  });

  it('has no effect the second time within half a minute in era A', async () => {
    await using sandbox = await createSandbox({ ...SLOW, services: { h2o: { stopDelayMs: 10 } } });
    await stopInMidStream(sandbox, 'a');
    const { client, id } = {
      client: createChatUiClient(sandbox, 'a'),
      id: sandbox.conversations[0]?.id ?? '',
    };
    sandbox.configure({ answerTokens: 40 });
    const answering = client.say(id, 'Hello again');
    await sandbox.waitUntil(() => sandbox.conversations[0]?.generating === true);
    await client.stop(id);
    const answer = await answering;
    expect(answer.ended).toBe('end');
    expect(answer.text).toContain('"special":true');
    expect(sandbox.conversations[0]?.stopped).toBe(false);
  });

  it('ends era B with a final answer that lacks the last token, and the response stays open', async () => {
    await using sandbox = await createSandbox({ ...SLOW, services: { h2o: { stopDelayMs: 30 } } });
    const { text, ended } = await stopInMidStream(sandbox, 'b');
    expect(ended).toBe('left');
    const final = updates(text).find(({ type }) => type === 'finalAnswer');
    const shown = streamed(text.slice(0, text.indexOf('finalAnswer')));
    expect(final).not.toHaveProperty('interrupted');
    expect(shown.startsWith(String(final?.text))).toBe(true);
    expect(String(final?.text).length).toBeLessThan(shown.length);
  });

  it('does nothing in era C; leaving ends the answer there', async () => {
    await using sandbox = await createSandbox(SLOW);
    const { client, id } = await begin(sandbox, 'c');
    const answering = client.say(id, 'Hello', { leaveAt: 'languag' });
    await sandbox.waitUntil(() => sandbox.conversations[0]?.generating === true);
    await client.stop(id);
    expect((await answering).ended).toBe('left');
    await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
    expect(sandbox.conversations[0]?.stopped).toBe(false);
  });

  it.each(['d', 'e'] as const)('ends era %s properly, marked as interrupted', async (era) => {
    await using sandbox = await createSandbox({ ...SLOW, services: { h2o: { stopDelayMs: 0 } } });
    const { text, ended } = await stopInMidStream(sandbox, era);
    expect(ended).toBe('end');
    const lines = updates(text);
    expect(lines.find(({ type }) => type === 'finalAnswer')).toMatchObject({ interrupted: true });
    if (era === 'e') expect(lines.at(-1)).toEqual({ type: 'status', status: 'finished' });
    expect(sandbox.conversations[0]).toMatchObject({ stopped: true, generating: false });
  });
});

describe('a client that leaves', () => {
  it.each(['a', 'e'] as const)('does not end the answer in era %s: a stop does', async (era) => {
    await using sandbox = await createSandbox({ ...SLOW, services: { h2o: { stopDelayMs: 0 } } });
    const { client, id } = await begin(sandbox, era);
    await client.say(id, 'Hello', { leaveAt: EARLY });
    const request = await sandbox.waitForRequest({ phase: 'message' });
    expect(await request.ended).toBe('client');
    expect(sandbox.activeGenerations).toBe(1);
    await client.stop(id);
    await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
    expect(sandbox.conversations[0]?.stopped).toBe(true);
  });

  it.each(['a', 'e'] as const)(
    'leaves an answer in era %s that is saved when it is complete',
    async (era) => {
      await using sandbox = await createSandbox({ tokensPerSecond: 2000, answerTokens: 100 });
      const { client, id } = await begin(sandbox, era);
      await client.say(id, 'Hello', { leaveAt: EARLY });
      await sandbox.waitUntil(() => sandbox.activeGenerations === 0);
      const whole = sandbox.requestsTo({ phase: 'message' })[0]?.answer;
      expect(sandbox.conversations[0]?.messages.at(-1)?.content).toBe(whole);
    },
  );

  it('goes on counting as an answer being generated when the conversation is deleted', async () => {
    await using sandbox = await createSandbox(SLOW);
    const { client, id } = await begin(sandbox, 'e');
    await client.say(id, 'Hello', { leaveAt: EARLY });
    await client.remove(id);
    expect(sandbox.conversations).toEqual([]);
    expect(sandbox.activeGenerations).toBe(1);
  });
});

describe('limits', () => {
  it('refuse more messages a minute than were agreed, with 429', async () => {
    await using sandbox = await createSandbox({ services: { h2o: { rateLimitPerMinute: 2 } } });
    const { client, id } = await begin(sandbox, 'e');
    const statuses: number[] = [];
    for (const text of ['1', '2', '3']) statuses.push((await client.say(id, text)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const refused = await client.say(id, '4');
    expect(refused.text).toBe('{"message":"You are sending too many messages. Try again later."}');
  });

  it('let the model server refuse bad parameters in era A', async () => {
    await using sandbox = await createSandbox();
    const { client, id } = await begin(sandbox, 'a');
    const parameters = { temperature: 0 };
    const answer = await client.post(id, { inputs: 'Hello', stream: true, options: {}, parameters });
    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.text)).toEqual({
      error: 'Input validation error: `temperature` must be strictly positive',
      error_type: 'validation',
    });
  });

  it('end an answer of era A at max_new_tokens with an ordinary token', async () => {
    await using sandbox = await createSandbox();
    const { client, id } = await begin(sandbox, 'a');
    const parameters = { max_new_tokens: 3 };
    const answer = await client.post(id, { inputs: 'Hello', stream: true, options: {}, parameters });
    const events = answer.text.trim().split('\n\n');
    expect(events).toHaveLength(3);
    expect(events.at(-1)).toContain('"special":false},"generated_text":"I am the"');
  });
});

describe('the message tree', () => {
  it('takes a parent from __data.json where the API is off, in era C', async () => {
    await using sandbox = await createSandbox({ services: { h2o: { exposeApi: false } } });
    const { client, id } = await begin(sandbox, 'c');
    const api = await client.get(`/api/conversation/${id}`);
    expect([api.status, api.text]).toEqual([403, 'API is disabled']);
    const page = await client.get(`/conversation/${id}/__data.json`);
    const { nodes } = JSON.parse(page.text) as { nodes: { data: unknown[] }[] };
    const data = nodes[1]?.data ?? [];
    const index = data[0] as { rootMessageId: number };
    expect(data[index.rootMessageId]).toBe(sandbox.conversations[0]?.messages[0]?.id);
  });

  it('is shown by the API of the eras C to E', async () => {
    await using sandbox = await createSandbox();
    for (const era of ['c', 'd', 'e'] as const) {
      const { client, id } = await begin(sandbox, era);
      const answer = await client.get(`/api/conversation/${id}`);
      const { messages } = JSON.parse(answer.text) as { messages: { id: string; from: string }[] };
      expect(messages).toHaveLength(1);
      expect(messages[0]).toMatchObject({ from: 'system' });
    }
  });

  it('has no API in the eras A and B', async () => {
    await using sandbox = await createSandbox();
    for (const era of ['a', 'b'] as const) {
      const { client, id } = await begin(sandbox, era);
      const answer = await client.get(`/api/conversation/${id}`);
      expect([answer.status, answer.headers['content-type']]).toEqual([404, 'text/html']);
    }
  });

  it('grows a second answer beside the first when that is tried again', async () => {
    await using sandbox = await createSandbox();
    const { client, id } = await begin(sandbox, 'e');
    await client.say(id, 'Hello');
    const first = sandbox.conversations[0]?.messages.at(-1)?.id;
    expect((await client.post(id, { id: first, is_retry: true })).status).toBe(200);
    const from = sandbox.conversations[0]?.messages.map((message) => message.from);
    expect(from).toEqual(['system', 'user', 'assistant', 'assistant']);
  });
});

describe('a keep-alive', () => {
  it('comes while a server of era E waits for its model', async () => {
    await using sandbox = await createSandbox({ firstTokenMs: 250, answerTokens: 3 });
    const { client, id } = await begin(sandbox, 'e');
    const { text } = await client.say(id, 'Hello');
    const beforeText = text.slice(0, text.indexOf('"stream"'));
    expect(beforeText.match(/keepAlive/gu)?.length).toBeGreaterThanOrEqual(3);
  });
});
