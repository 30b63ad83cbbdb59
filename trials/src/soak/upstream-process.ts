// The sandbox as a process of its own, with faults that come and go by a seed. It answers `calm` (no more faults, everything
// reachable) and `figures` (what is still open).
//
//   node upstream-process.ts <seed>
import { createSandbox, type FaultRequest } from '@sluice/sandbox';
import { answerTokens, questionIn } from './answer-text.ts';
import { flappingAddress } from './flapping-address.ts';
import { pick, seeded } from './seeded.ts';

const random = seeded(Number(process.argv[2]));

/** Each is a target of its name. */
const services = ['openai', 'ollama', 'ylokh', 'flowgpt', 'h2o-a', 'h2o-e', 'vllm'] as const;

/** What strikes: nothing that changes the words of an answer, and nothing that rests a target for minutes. */
const faults: readonly (() => FaultRequest | 'refused')[] = [
  () => 'refused',
  () => ({ name: 'reset-before-headers' }),
  () => ({ name: 'never-answer' }),
  () => ({ name: 'slow-headers' }),
  () => ({ name: 'status-429', parameters: { retryAfter: 'ms', retryAfterMs: 400 } }),
  () => ({ name: 'status-500' }),
  () => ({ name: 'status-500', parameters: { body: 'html' } }),
  () => ({ name: 'status-502' }),
  () => ({ name: 'status-503', parameters: { retryAfter: 'ms', retryAfterMs: 300 } }),
  () => ({ name: 'error-first' }),
  () => ({ name: 'error-as-json' }),
  () => ({ name: 'empty-body' }),
  () => ({ name: 'only-finish' }),
  () => ({ name: 'json-not-stream' }),
  () => ({ name: 'reset', parameters: { after: Math.floor(random() * 12) } }),
  () => ({ name: 'clean-close', parameters: { after: Math.floor(random() * 12) } }),
  () => ({ name: 'stall', parameters: { after: Math.floor(random() * 6) } }),
  () => ({ name: 'keep-alive-forever', parameters: { after: Math.floor(random() * 6), everyMs: 100 } }),
  () => ({ name: 'error-event', parameters: { after: Math.floor(random() * 12) } }),
  () => ({ name: 'malformed-json', parameters: { after: Math.floor(random() * 12) } }),
  () => ({ name: 'byte-chunks' }),
  () => ({ name: 'line-ends', parameters: { eol: 'crlf-split' } }),
  () => ({ name: 'comments' }),
  () => ({ name: 'coalesced' }),
  () => ({ name: 'no-last-newline' }),
  () => ({ name: 'second-finish' }),
];

const sandbox = await createSandbox({
  keepRequests: 50,
  reply: ({ service, prompt }) => {
    const question = questionIn(prompt);
    return question ? answerTokens(service, question) : 'This was no question of the soak.';
  },
});
// vLLM's address can be shut altogether.
const flapping = await flappingAddress(Number(new URL(sandbox.urls.vllm).port));

let isCalm = false;
let struck = 0;
async function flap(): Promise<void> {
  if (isCalm) return;
  const service = pick(services, random);
  // Every second change lets a target recover.
  const fault = random() < 0.5 ? undefined : pick(faults, random)();
  if (fault !== undefined) struck += 1;
  if (fault === 'refused') await flapping.shut();
  else {
    sandbox.clearFaults(service);
    if (service === 'vllm') await flapping.open();
    if (fault) sandbox.setFault(service, fault);
  }
  setTimeout(() => void flap(), 50 + random() * 400);
}

process.on('message', async (message) => {
  if (message === 'flap') void flap();
  if (message === 'calm') {
    isCalm = true;
    sandbox.clearFaults();
    await flapping.open();
  }
  if (message === 'figures') {
    process.send?.({
      conversations: sandbox.conversations.length,
      generations: sandbox.activeGenerations,
      openStreams: sandbox.openStreams,
      openSockets: sandbox.openSockets,
      struck,
    });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({
  openai: sandbox.urls.openai,
  ollama: sandbox.urls.ollama,
  ylokh: sandbox.urls.ylokh,
  flowgpt: sandbox.urls.flowgpt,
  'h2o-a': sandbox.urls.h2oByEra.a,
  'h2o-e': sandbox.urls.h2oByEra.e,
  vllm: `http://127.0.0.1:${flapping.port}/v1`,
});
