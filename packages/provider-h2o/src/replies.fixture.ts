import { readFileSync } from 'node:fs';
import { ChatError, type ChatEvent } from '@sluice/core';
import { createReplyDecoder, type ReplyContext } from './reply/reply-decoder.ts';

/** A reply as a real server sent it; see fixtures/README.md. */
export interface RecordedReply {
  readonly era: 'a' | 'b' | 'c' | 'e';
  readonly name: string;
  readonly prompt: string;
  readonly contentType: string | null;
  readonly ended: 'end' | 'reset';
  readonly body: string;
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8'));

/** Every recorded reply. */
export const recordedReplies: readonly RecordedReply[] = (read('replies.json') as RecordedReply[]).map(
  (reply) => ({ ...reply, body: reply.body.replace('[4096 spaces]', ' '.repeat(4096)) }),
);

/** Other recorded bodies, by name. */
export const documents = read('documents.json') as { readonly [name: string]: string };

/** The reply of this era whose name holds these words. */
export function replyOf(era: RecordedReply['era'], words: string): RecordedReply {
  const found = recordedReplies.find((reply) => reply.era === era && reply.name.includes(words));
  if (!found) throw new Error(`no recorded reply ${era} ${words}`);
  return found;
}

/** What a reader gets: the events, and the failure that ended them. */
export interface Decoded {
  readonly events: readonly ChatEvent[];
  readonly failure: ChatError | undefined;
}

/** What a decoder is told where a test does not care. */
export function contextOf(context: Partial<ReplyContext> = {}): ReplyContext {
  return {
    provider: 'h2o',
    model: 'm',
    secrets: {},
    prompt: 'the prompt',
    trustsFinalText: true,
    thinkTags: 'text',
    includeRaw: false,
    samplingFields: [],
    ...context,
  };
}

/** Decodes a body in these pieces, to its end or to the first failure, as a stream would. */
export function decode(pieces: readonly Uint8Array[], context: Partial<ReplyContext> = {}): Decoded {
  const decoder = createReplyDecoder(contextOf(context));
  const events: ChatEvent[] = [];
  try {
    for (const piece of pieces) decoder.push(piece, events);
    decoder.end(events);
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    return { events, failure: error };
  }
  return { events, failure: undefined };
}

/** Decodes a text in one piece. */
export function decodeText(body: string, context: Partial<ReplyContext> = {}): Decoded {
  return decode([Buffer.from(body)], context);
}

/** The text of these events. */
export function textOfEvents(events: readonly ChatEvent[], type: 'text-delta' | 'reasoning-delta'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('');
}

/** Lines of updates. */
export function updates(...lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** Events of the model server. */
export function tgi(...events: readonly object[]): string {
  return events.map((event) => `data:${JSON.stringify(event)}\n\n`).join('');
}

/** One token of the model server. */
export function token(text: string, special = false): object {
  return { token: { id: 1, text, logprob: -0.5, special }, generated_text: null, details: null };
}

/** The last token, with the whole answer. */
export function lastToken(wholeAnswer: string, details: object | null = null): object {
  return {
    token: { id: 2, text: '</s>', logprob: 0, special: true },
    generated_text: wholeAnswer,
    details,
  };
}
