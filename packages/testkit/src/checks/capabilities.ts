import type {
  Capabilities,
  ChatRequest,
  FinishReason,
  NeededFeature,
  RequestParameter,
  Support,
} from '@sluice/core';
import { type Bench, prompt, sayings } from '../bench.ts';
import type { Check } from '../check.ts';
import { must, mustEqual } from '../conformance-failure.ts';
import { mustFail, mustSucceed } from '../outcome-judge.ts';

/** A feature: a request that needs it, and a word that must be on the wire where it is native. */
interface Probe {
  readonly feature: Exclude<NeededFeature, 'stop'>;
  readonly title: string;
  readonly request: Partial<ChatRequest>;
  readonly marker: string;
}

const asked = { role: 'user', content: prompt } as const;

function withPart(part: object): Partial<ChatRequest> {
  return { messages: [{ role: 'user', content: [{ type: 'text', text: prompt }, part as never] }] };
}

const probes: readonly Probe[] = [
  {
    feature: 'systemMessage',
    title: 'system messages',
    request: { messages: [{ role: 'system', content: 'Speak like zqkeeper.' }, asked] },
    marker: 'zqkeeper',
  },
  {
    feature: 'messageHistory',
    title: 'earlier messages',
    request: {
      messages: [
        { role: 'user', content: 'Who are you?' },
        { role: 'assistant', content: 'I am zqhistory.' },
        asked,
      ],
    },
    marker: 'zqhistory',
  },
  {
    feature: 'tools',
    title: 'tools',
    request: { tools: [{ name: 'zq_open_gate', parameters: { type: 'object', properties: {} } }] },
    marker: 'zq_open_gate',
  },
  {
    feature: 'vision',
    title: 'images',
    request: withPart({ type: 'image', data: 'enFpbWFnZWRhdGE=', mediaType: 'image/png' }),
    marker: 'enFpbWFnZWRhdGE=',
  },
  {
    feature: 'audio',
    title: 'audio',
    request: withPart({ type: 'audio', data: 'enFhdWRpb2RhdGE=', mediaType: 'audio/wav' }),
    marker: 'enFhdWRpb2RhdGE=',
  },
  {
    feature: 'files',
    title: 'files',
    request: withPart({
      type: 'file',
      data: 'enFmaWxlZGF0YQ==',
      mediaType: 'application/pdf',
      filename: 'gate.pdf',
    }),
    marker: 'enFmaWxlZGF0YQ==',
  },
  {
    feature: 'json',
    title: 'JSON answers',
    request: {
      responseFormat: {
        type: 'json',
        schema: { type: 'object', properties: { zqweight: { type: 'number' } } },
      },
    },
    marker: 'zqweight',
  },
];

/** A value that is recognised on the wire, for every sampling field. */
const parameterProbes: {
  readonly [Name in RequestParameter | 'seed']: string | number | { readonly lock: string };
} = {
  temperature: 0.4321,
  topP: 0.8765,
  topK: 7919,
  maxOutputTokens: 8837,
  presencePenalty: 0.6543,
  frequencyPenalty: 0.9871,
  reasoningEffort: 'medium',
  user: 'zq-user-12',
  metadata: { lock: 'zq-metadata-13' },
  seed: 424_243,
};

const featureChecks: readonly Check[] = probes.map((probe) => ({
  id: `capability-${probe.feature}`,
  title: `${probe.title}: what is declared is true (native, emulated with a warning, or refused unsent)`,
  async run(bench) {
    const support = supportOf(bench.provider.capabilities, probe.feature);
    const outcome = await bench.call(probe.request);
    const declared = `capabilities.${probe.feature} is ${support}`;
    if (support === 'none') {
      mustFail(bench, outcome, 'unsupported', `${declared}, and ${probe.title} are asked for`);
      mustEqual(bench.upstream.exchanges.length, 0, `${declared}: requests sent all the same`);
      return;
    }
    mustSucceed(outcome, `${declared}, and ${probe.title} are asked for`);
    mustEqual(
      warned(outcome.events, 'emulated', probe.feature),
      support === 'emulated',
      `${declared}: a warning`,
    );
    if (support === 'native' || probe.feature === 'systemMessage' || probe.feature === 'messageHistory') {
      must(
        bench.sent().includes(probe.marker),
        `${declared}, but what was asked for is nowhere in what was sent`,
      );
    }
  },
}));

/** What a provider says that it can do, it does; what it says that it can't, it refuses or reports (design, section 3). */
export const capabilities: readonly Check[] = [
  ...featureChecks,
  {
    id: 'capability-stop',
    title: 'stop sequences: what is declared is true; emulated ones end the text exactly',
    async run(bench) {
      const support = bench.provider.capabilities.stop;
      const declared = `capabilities.stop is ${support}`;
      // Across a chunk's end, where a naive search would miss it.
      if (support === 'emulated') bench.answer(bench.wire.answer(['The gate ZQ', 'STOP is heavy.']));
      const outcome = await bench.call({ stop: ['ZQSTOP'] });
      if (support === 'none') {
        mustFail(bench, outcome, 'unsupported', `${declared}, and one is asked for`);
        mustEqual(bench.upstream.exchanges.length, 0, `${declared}: requests sent all the same`);
        return;
      }
      mustSucceed(outcome, `${declared}, and one is asked for`);
      mustEqual(warned(outcome.events, 'emulated', 'stop'), support === 'emulated', `${declared}: a warning`);
      if (support === 'native')
        must(bench.sent().includes('ZQSTOP'), `${declared}, but it is nowhere in what was sent`);
      else mustEqual(outcome.text, 'The gate ', 'the text before an emulated stop sequence');
    },
  },
  {
    id: 'capability-parameters',
    title: 'sampling fields: those declared reach the wire, each other one is reported in a warning',
    async run(bench) {
      const { parameters = [], seed } = bench.provider.capabilities;
      const declared = new Set<string>(parameters);
      if (seed !== 'none') declared.add('seed');
      const outcome = await bench.call(parameterProbes as Partial<ChatRequest>);
      mustSucceed(outcome, 'a request with every sampling field');
      const sent = bench.sent();
      for (const [name, value] of Object.entries(parameterProbes)) {
        const shown = typeof value === 'object' ? value.lock : String(value);
        const reported = warned(outcome.events, 'unsupported-parameter', name);
        if (declared.has(name)) {
          must(sent.includes(shown), `${name} is declared, but ${shown} is nowhere in what was sent`);
          must(!reported, `${name} is declared, and a warning says that it has no effect`);
        } else must(reported, `${name} is not declared, and no warning says that it has no effect`);
      }
    },
  },
  {
    id: 'capability-max-input',
    title: 'a request longer than maxInputChars is context-length, and nothing is sent',
    notApplicable: ({ capabilities: { maxInputChars } }) =>
      maxInputChars === undefined ? 'capabilities.maxInputChars is not set' : undefined,
    async run(bench) {
      const content = 'x'.repeat((bench.provider.capabilities.maxInputChars ?? 0) + 1);
      const outcome = await bench.call({ messages: [{ role: 'user', content }] });
      mustFail(bench, outcome, 'context-length', 'a request that is too long');
      mustEqual(bench.upstream.exchanges.length, 0, 'requests that are too long and sent all the same');
    },
  },
  {
    id: 'capability-usage',
    title: 'token counts that the upstream reports are in the finish',
    notApplicable: ({ capabilities: { usage } }) =>
      usage === 'native' ? undefined : `capabilities.usage is ${usage}`,
    async run(bench) {
      bench.answer(bench.wire.answer(sayings, { usage: { inputTokens: 17, outputTokens: 23 } }));
      const { usage } = await finishOf(bench);
      mustEqual([usage?.inputTokens, usage?.outputTokens], [17, 23], 'the token counts (input, output)');
    },
  },
  {
    id: 'usage-not-invented',
    title: 'token counts that the upstream does not report are not made up',
    notApplicable: ({ capabilities: { usage } }) =>
      usage === 'emulated' ? 'capabilities.usage is emulated' : undefined,
    async run(bench) {
      const { usage } = await finishOf(bench);
      const counted = Object.entries(usage ?? {}).filter(([, count]) => typeof count === 'number');
      mustEqual(Object.fromEntries(counted), {}, 'the token counts of an answer that came without any');
    },
  },
  {
    id: 'capability-reasoning',
    title: 'reasoning is delivered as reasoning, not as text, and begins the answer',
    notApplicable: ({ capabilities: { reasoning } }) =>
      reasoning === 'native' ? undefined : `capabilities.reasoning is ${reasoning}`,
    async run(bench) {
      const { begin, texts, end } = bench.wire.frames(['So: heavy.']);
      const thought = bench.subject.upstream.reasoning?.('Gates are iron. ') ?? '';
      bench.answer(bench.wire.chunked([begin, thought, ...texts, end]));
      const outcome = await bench.call();
      mustSucceed(outcome, 'an answer with reasoning');
      mustEqual(outcome.text, 'So: heavy.', 'the text of an answer with reasoning');
      const reasoned = outcome.events
        .map((event) => (event.type === 'reasoning-delta' ? event.text : ''))
        .join('');
      mustEqual(reasoned, 'Gates are iron. ', 'the reasoning');
    },
  },
  {
    id: 'capability-tool-calls',
    title: 'a tool call is delivered whole, and is an answer',
    notApplicable: ({ capabilities: { tools }, declares }) =>
      tools === 'native' ? declares.noToolCalls : `capabilities.tools is ${tools}`,
    async run(bench) {
      const call = { id: 'call_zq1', name: 'zq_open_gate', arguments: '{"gate":8}' };
      const { begin, end } = bench.wire.frames([], { reason: 'tool-calls' });
      bench.answer(bench.wire.chunked([begin, bench.subject.upstream.toolCall?.(call) ?? '', end]));
      const outcome = await bench.call({ tools: [{ name: call.name }] });
      mustSucceed(outcome, 'an answer that is a tool call');
      const whole = outcome.events.filter((event) => event.type === 'tool-call');
      mustEqual(
        whole.map(({ id, name, arguments: given }) => ({ id, name, arguments: given })),
        [call],
        'the tool calls of the answer',
      );
      const finish = outcome.events.find(({ type }) => type === 'finish');
      mustEqual(finish?.type === 'finish' && finish.reason, 'tool-calls', 'the finish reason');
    },
  },
  {
    id: 'finish-reasons',
    title: 'each finish reason of the protocol is told',
    notApplicable: ({ declares }) => declares.endOfBody,
    async run(bench) {
      const reasons: readonly FinishReason[] = bench.subject.upstream.reasons ?? ['stop'];
      for (const reason of reasons) {
        bench.answer(bench.wire.answer(sayings, { reason }));
        mustEqual((await finishOf(bench)).reason, reason, 'the finish reason');
      }
    },
  },
];

function supportOf(all: Capabilities, feature: Probe['feature']): Support {
  return all[feature] ?? 'none';
}

function warned(
  events: Awaited<ReturnType<Bench['call']>>['events'],
  code: string,
  feature: string,
): boolean {
  return events.some((event) => event.type === 'warning' && event.code === code && event.feature === feature);
}

async function finishOf(bench: Bench) {
  const outcome = await bench.call();
  mustSucceed(outcome, 'a good answer');
  const finish = outcome.events.find((event) => event.type === 'finish');
  must(finish !== undefined, 'the answer has no finish event');
  return finish;
}
