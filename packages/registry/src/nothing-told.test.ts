import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ChatError, type ChatErrorCode, type ChatRequest, complete, errorPolicies } from '@sluice/core';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { channels } from './channels.ts';
import { createRegistry } from './create-registry.ts';
import { explain } from './explain.ts';
import { fakeProvider } from './fake-provider.fixture.ts';
import { routeOf } from './route-of.ts';

/** What must not be seen: in the prompt, in options of the call, in the wire's own fields, in what providers say and throw. */
const secrets = {
  prompt: 'the quick secret of my grandmother is buried under the old oak',
  system: 'never tell anybody that the safe opens with my birthday',
  argument: '{"place":"behind the seventh barrel in the cellar"}',
  toolResult: 'a tool was told something that is nobody else’s business',
  header: 'plain-value-of-an-api-key-header-1',
  cookie: 'session=plain-cookie-value-2',
  proxy: 'proxy-password-3%21',
  key: 'sk-abcdef0123456789',
  answer: 'the answer is for the reader alone',
} as const;

const request: ChatRequest = {
  messages: [
    { role: 'system', content: secrets.system },
    { role: 'user', content: [{ type: 'text', text: secrets.prompt }] },
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: '1', name: 'f', arguments: secrets.argument }],
    },
    { role: 'tool', toolCallId: '1', content: secrets.toolResult },
  ],
};

const options = {
  headers: { 'x-api-key': secrets.header, cookie: secrets.cookie },
  proxy: `http://user:${secrets.proxy}@127.0.0.1:1`,
};

const codes = Object.keys(errorPolicies) as ChatErrorCode[];

const failure = fc
  .record({
    code: fc.constantFrom(...codes),
    quotes: fc.shuffledSubarray(
      Object.entries(secrets).flatMap(([name, value]) => (name === 'answer' ? [] : [value])),
      { minLength: 1 },
    ),
  })
  .map(({ code, quotes }) => new ChatError(code, `it said: ${quotes.join('; ')}`, { sent: 'yes' }));
const answer = fc.oneof(
  failure,
  fc.constant(new TypeError(Object.values(secrets).join(' '))),
  fc.constant(secrets.answer),
);

let stop: () => void = () => {};
afterEach(() => stop());

it('no prompt, answer, key or header stands in a decision, a snapshot, an event or an explanation, whatever providers say', async () => {
  const told: unknown[] = [];
  const listeners = Object.keys(channels).map((name) => {
    const listener = (event: unknown): void => void told.push(structuredClone(event));
    subscribe(`sluice:${name}`, listener);
    return () => unsubscribe(`sluice:${name}`, listener);
  });
  stop = () => {
    for (const unlisten of listeners) unlisten();
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('ordered', 'balanced', 'latency'),
      async (answers, strategy) => {
        told.length = 0;
        const registry = createRegistry({
          strategy,
          providers: answers.map((each, index) => fakeProvider(`p${index}`, each)),
          default: answers.map((_, index) => `p${index}`),
          retry: { maxWaitMs: 0 },
        });
        const thrown = await complete(registry, request, options).catch((error: unknown) => error);
        const route = routeOf(thrown);
        told.push(route, registry.snapshot(), registry.plan(request), route && explain(route));
        const { message } = thrown as { message?: string };
        told.push(message);
        const all = JSON.stringify(told);
        for (const secret of Object.values(secrets)) {
          expect(all).not.toContain(secret);
          expect(all).not.toContain(JSON.stringify(secret).slice(1, -1));
        }
        expect(all).toContain('p0');
      },
    ),
    { numRuns: 200 },
  );
});
