import {
  ChatError,
  type ChatEvent,
  errorFromObject,
  errorFromPage,
  type FinishReason,
  isPage,
  parseJson,
  type Secrets,
  SseDecoder,
} from '@sluice/core';
import type { EventDecoder } from '@sluice/core/http';

/** The data of an event: a piece of text, an error, or the end. */
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

/** The most that is kept of what is no event, in characters: enough to know a web page. */
const longestStray = 4_096;

/** Reads the answer: server-sent events of JSON, `{"text": …}` for each piece, `{"done": true, "reason": …}` at the end. */
export class AnswerDecoder implements EventDecoder {
  readonly #provider: string;
  readonly #secrets: Secrets;
  readonly #events: SseDecoder;
  #into: ChatEvent[] = [];
  #stray = '';
  #done = false;

  /** `secrets` are taken out of what errors repeat. */
  constructor(provider: string, secrets: Secrets) {
    this.#provider = provider;
    this.#secrets = secrets;
    this.#events = new SseDecoder(({ data }) => this.#take(parseJson(data, 'an event of the answer')), {
      onOther: (line) => {
        if (this.#stray.length < longestStray) this.#stray += line.slice(0, longestStray);
      },
    });
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    this.#into = into;
    this.#events.push(chunk);
  }

  end(into: ChatEvent[]): void {
    this.#into = into;
    this.#events.end();
    if (this.#done) return;
    const about = { provider: this.#provider, secrets: this.#secrets };
    if (isPage(this.#stray)) throw errorFromPage(this.#stray, about);
    throw new ChatError('truncated', 'the answer broke off before its end', {
      provider: this.#provider,
      sent: 'yes',
    });
  }

  #take(data: unknown): void {
    if (this.#done) return;
    const answer = (data ?? {}) as Answer;
    if (typeof answer.text === 'string') this.#into.push({ type: 'text-delta', text: answer.text });
    else if (answer.done === true) {
      this.#done = true;
      this.#into.push({ type: 'finish', reason: finishReasons.get(answer.reason) ?? 'other' });
    } else if (answer.error !== undefined) {
      throw errorFromObject(answer.error, { provider: this.#provider, secrets: this.#secrets });
    } else {
      throw new ChatError('invalid-response', 'an event of the answer is neither text nor its end', {
        provider: this.#provider,
        sent: 'yes',
      });
    }
  }
}
