import {
  ChatError,
  type ChatEvent,
  errorFromObject,
  type FinishReason,
  JsonLinesDecoder,
  type Secrets,
} from '@sluice/core';
import type { EventDecoder } from '@sluice/core/http';

/** A line of the answer: a piece of text, an error, or the end. */
interface Answer {
  readonly text?: unknown;
  readonly error?: unknown;
  readonly done?: unknown;
  readonly reason?: unknown;
}

const finishReasons: ReadonlyMap<unknown, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
]);

/** Reads the answer: a JSON object a line, `{"text": …}` for each piece, `{"done": true, "reason": …}` at the end. */
export class AnswerDecoder implements EventDecoder {
  readonly #provider: string;
  readonly #secrets: Secrets;
  readonly #lines: JsonLinesDecoder;
  #into: ChatEvent[] = [];
  #done = false;

  /** `secrets` are taken out of what errors repeat. */
  constructor(provider: string, secrets: Secrets) {
    this.#provider = provider;
    this.#secrets = secrets;
    this.#lines = new JsonLinesDecoder((line) => this.#take(line));
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    this.#into = into;
    this.#lines.push(chunk);
  }

  end(into: ChatEvent[]): void {
    this.#into = into;
    this.#lines.end();
    if (this.#done) return;
    throw new ChatError('truncated', 'the answer broke off before its end', {
      provider: this.#provider,
      sent: 'yes',
    });
  }

  #take(line: unknown): void {
    if (this.#done) return;
    const answer = (line ?? {}) as Answer;
    if (typeof answer.text === 'string') this.#into.push({ type: 'text-delta', text: answer.text });
    else if (answer.done === true) {
      this.#done = true;
      this.#into.push({ type: 'finish', reason: finishReasons.get(answer.reason) ?? 'other' });
    } else if (answer.error !== undefined) {
      throw errorFromObject(answer.error, { provider: this.#provider, secrets: this.#secrets });
    } else {
      throw new ChatError('invalid-response', 'a line of the answer is neither text nor its end', {
        provider: this.#provider,
        sent: 'yes',
      });
    }
  }
}
