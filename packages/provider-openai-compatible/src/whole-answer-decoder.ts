import { ByteGatherer, type ChatEvent } from '@sluice/core';
import type { EventDecoder } from '@sluice/core/http';
import { notTheProtocol } from './answer-errors.ts';
import { AnswerReader, type AnswerReading } from './answer-reader.ts';

/** The longest whole answer that is taken, in bytes: 16 MiB. */
const longestAnswerBytes = 16 * 1024 * 1024;

/** The bytes of one whole answer (JSON) to events, all of them at its end. */
export class WholeAnswerDecoder implements EventDecoder {
  readonly #reading: AnswerReading;
  readonly #body = new ByteGatherer();

  constructor(reading: AnswerReading) {
    this.#reading = reading;
  }

  push(chunk: Uint8Array): void {
    this.#body.add(chunk);
    if (this.#body.bytes > longestAnswerBytes) {
      throw notTheProtocol(`sent an answer of more than ${longestAnswerBytes} bytes`, '', this.#reading);
    }
  }

  end(into: ChatEvent[]): void {
    const reader = new AnswerReader(this.#reading);
    const text = this.#body.take().toString('utf8');
    reader.read(this.#parse(text), into);
    if (!reader.hasChoices) throw notTheProtocol('sent JSON that has no choices', text, this.#reading);
    reader.finish(into);
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw /[}\]]\s*$/.test(text)
        ? notTheProtocol('sent an answer that is not JSON', text, this.#reading)
        : notTheProtocol('cut its answer off before the end', text, this.#reading, 'truncated');
    }
  }
}
