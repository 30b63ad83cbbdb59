import { tokensOf } from './answer-text.ts';
import type { Script, Wire } from './scripts.ts';

/** An answer on a wire, in the pieces that its server would write: a head, one piece a token, a tail. */
interface Written {
  readonly contentType: string;
  readonly head: readonly string[];
  token(text: string, index: number): string;
  /** `usage` only where the client asked for it. */
  tail(text: string, usage: boolean): readonly string[];
}

const about = { id: 'chatcmpl-BenchAnswer0123456789abcdef', created: 1_763_742_000, model: 'bench-model' };

const chunkOf = (delta: object, finishReason: string | null): string =>
  sse({
    ...about,
    object: 'chat.completion.chunk',
    system_fingerprint: 'fp_0123456789',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  });

/** The wires as they were seen on real servers; see docs/wire.md. */
export const wires: { readonly [Name in Wire]: Written } = {
  openai: {
    contentType: 'text/event-stream; charset=utf-8',
    head: [chunkOf({ role: 'assistant', content: '' }, null)],
    token: (content) => chunkOf({ content }, null),
    tail: (_text, usage) => [
      chunkOf({}, 'stop'),
      ...(usage ? [sse({ ...about, object: 'chat.completion.chunk', choices: [], usage: usageOf() })] : []),
      'data: [DONE]\n\n',
    ],
  },
  'h2o-updates': {
    contentType: 'application/jsonl',
    head: [line({ type: 'status', status: 'started' })],
    // Padded, so that the sizes of packets don't tell the words.
    token: (token) => line({ type: 'stream', token: token.padEnd(16, '\0') }),
    tail: (text) => [
      line({ type: 'finalAnswer', text, interrupted: false }),
      `${' '.repeat(4_096)}${line({ type: 'status', status: 'finished' })}`,
    ],
  },
  'h2o-tgi': {
    contentType: 'text/event-stream',
    head: [],
    // Each with its number in the vocabulary and its probability: no two tokens are alike but for their text.
    token: (text, index) =>
      `data:${JSON.stringify({ token: { id: 100 + ((index * 7_919) % 32_000), text, logprob: -((index * 31) % 997) / 991, special: false }, generated_text: null, details: null })}\n\n`,
    tail: (text) => [
      `data:${JSON.stringify({ token: { id: 2, text: '</s>', logprob: -0.5, special: true }, generated_text: text, details: null })}\n\n`,
    ],
  },
  flowgpt: {
    contentType: 'application/json',
    head: [`${line({ event: 'metadata', data: { id: 'm1', model: 'bench-model' } })}\n`],
    token: (data) => `${line({ event: 'text', data })}\n`,
    tail: () => [`${line({ event: 'end', data: null })}\n`],
  },
};

/** The body of a streamed answer as chunks of HTTP, each buffer one write. */
export function streamedBody(script: Script, usage: boolean): readonly Buffer[] {
  const wire = wires[script.wire];
  const tokens = tokensOf(script.tokens);
  const pieces = [
    ...wire.head,
    ...tokens.map((token, index) => wire.token(token, index)),
    ...wire.tail(tokens.join(''), usage),
  ];
  const chunks = grouped(pieces, script.tokensPerChunk).map((group) => httpChunk(group.join('')));
  // The end of the body goes with the last chunk, as servers that know their end write it.
  chunks.push(`${chunks.pop() ?? ''}0\r\n\r\n`);
  return grouped(chunks, script.chunksPerWrite).map((group) => Buffer.from(group.join('')));
}

/** The whole answer in one object of OpenAI's wire. */
export function wholeBody(script: Script): string {
  const message = { role: 'assistant', content: tokensOf(script.tokens).join(''), refusal: null };
  const choice = { index: 0, message, logprobs: null, finish_reason: 'stop' };
  return JSON.stringify({ ...about, object: 'chat.completion', choices: [choice], usage: usageOf() });
}

function usageOf(): object {
  return { prompt_tokens: 12, completion_tokens: 20, total_tokens: 32 };
}

function sse(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

function httpChunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

function grouped<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let start = 0; start < items.length; start += size) groups.push(items.slice(start, start + size));
  return groups;
}
