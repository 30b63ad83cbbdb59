import { type Bench, describeError, prompt, sayings } from '../bench.ts';
import type { Check } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail, mustSucceed } from '../outcome-judge.ts';

/** Requests that no provider may send. */
const wrong: readonly { readonly what: string; readonly request: object }[] = [
  { what: 'no messages', request: { messages: undefined } },
  { what: 'an empty list of messages', request: { messages: [] } },
  { what: 'messages that are no array', request: { messages: prompt } },
  { what: 'an unknown role', request: { messages: [{ role: 'keeper', content: 'Hello' }] } },
  { what: 'content that is a number', request: { messages: [{ role: 'user', content: 8 }] } },
  { what: 'a tool message without its call', request: { messages: [{ role: 'tool', content: '8' }] } },
  { what: 'a temperature that is text', request: { temperature: 'hot' } },
  { what: 'an unknown field', request: { max_tokens: 8 } },
  { what: 'a call option in the request', request: { stream: false } },
];

/** What is wrong is refused before anything is sent, and what is right is sent as it is. */
export const requests: readonly Check[] = [
  {
    id: 'refuses-wrong-requests',
    title: 'a wrong request is invalid-request, and nothing is sent',
    async run(bench) {
      for (const { what, request } of wrong) {
        mustFail(bench, withProvider(bench, await bench.call(request)), 'invalid-request', what);
      }
      mustEqual(bench.upstream.exchanges.length, 0, 'requests sent for wrong requests');
    },
  },
  {
    id: 'rejects-not-throws',
    title: 'stream() answers a promise, whatever it is given',
    async run(bench) {
      for (const given of [undefined, null, 8, {}]) {
        let answer: unknown;
        try {
          answer = bench.provider.stream(given as never);
        } catch (error) {
          must(false, `stream() threw at once instead of rejecting: ${describeError(error)}`);
        }
        must(answer instanceof Promise, 'stream() must answer a promise');
        const settled = answer.then(
          () => 'an answer',
          () => 'rejected',
        );
        mustEqual(
          await bench.soon(settled, 'waiting for stream()'),
          'rejected',
          `stream(${JSON.stringify(given)})`,
        );
      }
    },
  },
  {
    id: 'request-untouched',
    title: 'the request is not changed, and the same one can be sent twice',
    async run(bench) {
      const request = deepFrozen({ ...bench.ask, stop: ['END'], providerOptions: {} });
      const options = deepFrozen({ timeout: { idle: 5_000 }, headers: {} });
      const supported = bench.subject.capabilities.stop === 'none' ? deepFrozen(bench.ask) : request;
      for (const _ of [1, 2]) {
        const outcome = await bench.callExactly(supported, options);
        mustSucceed(outcome, 'a frozen request');
        mustEqual(outcome.text, sayings.join(''), 'the answer to a frozen request');
      }
    },
  },
  {
    id: 'prompt-sent',
    title: 'what is asked reaches the upstream',
    async run(bench) {
      mustSucceed(await bench.call(), 'a good answer');
      must(bench.sent().includes(prompt), 'the prompt is nowhere in what was sent');
    },
  },
  {
    id: 'headers-sent',
    title: 'the headers of a call reach the upstream, and win over the provider’s own',
    async run(bench) {
      const headers = { 'x-conformance': 'zq10', 'User-Agent': 'conformance/1' };
      mustSucceed(await bench.call({}, { headers }), 'a call with headers of its own');
      const exchange = await bench.waitForAnswer();
      mustEqual(exchange.headers['x-conformance'], 'zq10', 'the header x-conformance upstream');
      mustEqual(exchange.headers['user-agent'], 'conformance/1', 'the header user-agent upstream');
    },
  },
  {
    id: 'foreign-options-kept-back',
    title: 'options for another provider do not reach this one’s wire',
    async run(bench) {
      const providerOptions = { 'another-provider': { secretField: 'zq11-not-for-you' } };
      mustSucceed(await bench.call({ providerOptions }), 'a request with options for another provider');
      must(!bench.sent().includes('zq11-not-for-you'), 'options for another provider were sent to this one');
    },
  },
];

/** A request may be refused before it is known whose it is: who is to blame is the caller, not a provider. */
function withProvider(bench: Bench, outcome: Awaited<ReturnType<Bench['call']>>): typeof outcome {
  const { error } = outcome;
  if (typeof error !== 'object' || error === null || 'provider' in error) return outcome;
  return { ...outcome, error: Object.assign(error, { provider: bench.provider.id }) };
}

function deepFrozen<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFrozen(inner);
  return Object.freeze(value);
}
