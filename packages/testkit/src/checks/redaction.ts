import { inspect } from 'node:util';
import { type Bench, type Outcome, prompt, sayings } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must } from '../conformance-failure.ts';
import { describeOutcome } from '../outcome-judge.ts';
import { reply } from '../upstream/http-reply.ts';
import { scriptedUpstream } from '../upstream/scripted-upstream.ts';

const json = { 'content-type': 'application/json' };

/** No credential and no prompt in errors (design, rule 7.9), also where the upstream repeats them. */
export const redaction: readonly Check[] = [
  {
    id: 'credential-sent',
    title: 'the key reaches the upstream',
    notApplicable: unlessDeclared('noCredential'),
    async run(bench) {
      await bench.call();
      must(
        bench.sent().includes(bench.subject.credential),
        'the credential given to create() was sent nowhere: pass it on, or say in declares.noCredential why there is none',
      );
    },
  },
  {
    id: 'credential-in-status',
    title: 'a key that the upstream repeats in an error is not in ours',
    notApplicable: unlessDeclared('noCredential'),
    async run(bench) {
      const words = `the key ${bench.subject.credential} is not known here`;
      bench.answer(reply(401, JSON.stringify({ error: { message: words } }), json));
      mustHide(bench, await bench.call(), 'a 401 that repeats the key');
    },
  },
  {
    id: 'credential-in-event',
    title: 'a key that the upstream repeats in an error event is not in ours',
    notApplicable: unlessDeclared('noCredential', 'noErrorEvents'),
    async run(bench) {
      const error = bench.subject.upstream.error?.(`the key ${bench.subject.credential} has run out`) ?? '';
      const { begin, texts } = bench.wire.frames(sayings);
      bench.answer(bench.wire.chunked([begin, ...texts, error]));
      mustHide(bench, await bench.call(), 'an error event that repeats the key');
    },
  },
  {
    id: 'prompt-in-status',
    title: 'a prompt that the upstream repeats in an error is not in ours',
    async run(bench) {
      bench.answer(reply(400, JSON.stringify({ error: { message: `cannot answer "${prompt}"` } }), json));
      mustHide(bench, await bench.call(), 'a 400 that repeats the prompt');
    },
  },
  {
    id: 'prompt-in-event',
    title: 'a prompt that the upstream repeats in an error event is not in ours',
    notApplicable: unlessDeclared('noErrorEvents'),
    async run(bench) {
      const { begin, texts } = bench.wire.frames(sayings);
      const error = bench.subject.upstream.error?.(`cannot answer ${prompt}`) ?? '';
      bench.answer(bench.wire.chunked([begin, ...texts, error]));
      mustHide(bench, await bench.call(), 'an error event that repeats the prompt');
    },
  },
  {
    id: 'secrets-in-network-errors',
    title: 'neither key nor prompt is in the error of a connection that fails',
    async run(bench) {
      const nobody = await scriptedUpstream();
      await nobody.close();
      mustHide(bench, await bench.call({}, {}, bench.createAt(nobody.url)), 'a refused connection');
      bench.answer([{ action: 'reset' }]);
      mustHide(bench, await bench.call(), 'a reset');
    },
  },
  {
    id: 'prompt-in-refusals',
    title: 'the prompt is not in the error of a request that is refused here',
    async run(bench) {
      const messages = [{ role: 'user', content: prompt, [prompt]: prompt }] as never;
      mustHide(bench, await bench.call({ messages }), 'a request with an unknown field');
    },
  },
];

/** Neither secret is anywhere in the error: message, JSON, stack, causes, and what a logger would print. */
function mustHide(bench: Bench, outcome: Outcome, when: string): void {
  const { error } = outcome;
  must(error !== undefined, () => `${when}: expected a failure, got ${describeOutcome(outcome)}`);
  const places = {
    message: error instanceof Error ? error.message : '',
    JSON: JSON.stringify(error) ?? '',
    stack: (error instanceof Error && error.stack) || '',
    'what a logger prints (util.inspect)': inspect(error, { depth: 8, showHidden: false }),
  };
  for (const [place, text] of Object.entries(places)) {
    must(!text.includes(bench.subject.credential), `${when}: the key is in the error's ${place}`);
    must(!text.includes(prompt), `${when}: the prompt is in the error's ${place}`);
  }
}
