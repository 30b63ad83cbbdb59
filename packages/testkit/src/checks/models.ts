import type { CallOptions, ChatErrorCode, ModelInfo } from '@sluice/core';
import { ChatError } from '@sluice/core';
import { type Bench, describeError } from '../bench.ts';
import { type Check, unlessDeclared } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail, mustName, mustSucceed } from '../outcome-judge.ts';
import { reply } from '../upstream/http-reply.ts';
import { stall } from '../upstream/script.ts';

const unknownModel = 'no-such-model-zq9';

/** Which models there are. */
export const models: readonly Check[] = [
  {
    id: 'models-listed',
    title: 'listModels() gives models with ids, none twice',
    async run(bench) {
      const listed = await bench.soon(bench.provider.listModels(), 'waiting for listModels()');
      must(Array.isArray(listed), 'listModels() must answer an array');
      const ids = listed.map(({ id }) => id);
      must(
        ids.every((id) => typeof id === 'string' && id !== ''),
        'a model has no id',
      );
      mustEqual(ids.length, new Set(ids).size, 'the number of different ids');
    },
  },
  {
    id: 'models-from-upstream',
    title: 'listModels() gives what the upstream lists',
    notApplicable: unlessDeclared('noModelList'),
    async run(bench) {
      const listed = await bench.soon(bench.provider.listModels(), 'waiting for listModels()');
      mustEqual(
        listed.map(({ id }) => id).sort(),
        [...(bench.subject.upstream.models?.ids ?? [])].sort(),
        'the ids',
      );
    },
  },
  {
    id: 'models-refused',
    title: 'a refused list of models is the same error as a refused call',
    notApplicable: unlessDeclared('noModelList'),
    async run(bench) {
      bench.listing(
        reply(401, '{"error":{"message":"who are you?"}}', { 'content-type': 'application/json' }),
      );
      await mustRefuseToList(
        bench,
        {},
        bench.subject.statusCodes?.[401] ?? 'auth',
        'a 401 for the list of models',
      );
    },
  },
  {
    id: 'models-aborted',
    title: 'an abort ends the asking for models and closes the socket',
    notApplicable: unlessDeclared('noModelList'),
    async run(bench) {
      bench.listing([stall]);
      const controller = new AbortController();
      const listing = mustRefuseToList(bench, { signal: controller.signal }, 'aborted', 'an abort');
      const { socket } = await bench.soon(
        bench.upstream.waitForRequest(),
        'waiting for the request for models',
      );
      controller.abort();
      await listing;
      must(await socket.closedWithin(250), 'the socket was still open 250 ms after the abort');
    },
  },
  {
    id: 'unknown-model',
    title: 'an unknown model is model-not-found, and nothing is sent',
    notApplicable: unlessDeclared('anyModel'),
    async run(bench) {
      const outcome = await bench.call({ model: unknownModel });
      mustFail(bench, outcome, 'model-not-found', 'a model that the provider does not have');
      if (bench.subject.declares.modelsKnownUpstream !== undefined) return;
      mustEqual(bench.upstream.exchanges.length, 0, 'requests for a model that the provider does not have');
    },
  },
  {
    id: 'model-passed-on',
    title: 'a model that only the upstream knows is passed on to it',
    notApplicable: ({ declares }) =>
      declares.anyModel === undefined
        ? 'unknown models are refused here (declares.anyModel is not set)'
        : undefined,
    async run(bench) {
      const outcome = await bench.call({ model: unknownModel });
      mustSucceed(outcome, 'a call for a model that only the upstream knows');
      must(bench.sent().includes(unknownModel), `the model ${unknownModel} is nowhere in what was sent`);
      mustEqual(outcome.stream?.model, unknownModel, 'stream.model');
    },
  },
];

async function mustRefuseToList(
  bench: Bench,
  options: CallOptions,
  code: ChatErrorCode,
  when: string,
): Promise<void> {
  const listing: Promise<readonly ModelInfo[]> = bench.provider.listModels(options);
  const error: unknown = await bench.soon(
    listing.then(
      () => undefined,
      (thrown: unknown) => thrown,
    ),
    'waiting for listModels()',
  );
  must(
    ChatError.is(error) && error.code === code,
    `${when}: expected ${code}, got ${error === undefined ? 'a list' : describeError(error)}`,
  );
  mustName(bench, error.provider, 'the provider that the error names');
}
