import { ChatError, type ChatEvent, JsonLinesDecoder } from '@sluice/core';
import type { EventDecoder } from '@sluice/core/http';

/** A line of the answer: a word, or the end. */
interface EchoLine {
  readonly word?: unknown;
  readonly done?: unknown;
}

/** Reads the answer: one JSON object a line, `{"word": …}` for each word, `{"done": true}` at the end. */
export class EchoDecoder implements EventDecoder {
  readonly #provider: string;
  readonly #lines: JsonLinesDecoder;
  #into: ChatEvent[] = [];
  #done = false;

  constructor(provider: string) {
    this.#provider = provider;
    this.#lines = new JsonLinesDecoder((line) => this.#take(line as EchoLine | null));
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    this.#into = into;
    this.#lines.push(chunk);
  }

  end(into: ChatEvent[]): void {
    this.#into = into;
    this.#lines.end();
    if (this.#done) return;
    throw new ChatError('truncated', 'the echo ended before its last line', {
      provider: this.#provider,
      sent: 'yes',
    });
  }

  #take(line: EchoLine | null): void {
    if (this.#done) return;
    if (typeof line?.word === 'string') this.#into.push({ type: 'text-delta', text: line.word });
    else if (line?.done === true) {
      this.#done = true;
      this.#into.push({ type: 'finish', reason: 'stop' });
    } else {
      const details = { provider: this.#provider, sent: 'yes' } as const;
      throw new ChatError('invalid-response', 'a line of the echo is neither a word nor its end', details);
    }
  }
}
