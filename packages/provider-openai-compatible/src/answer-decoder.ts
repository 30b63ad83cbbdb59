import { ByteGatherer, type ChatEvent, errorFromPage } from '@sluice/core';
import type { EventDecoder, HttpHead } from '@sluice/core/http';
import type { AnswerReading } from './answer-reader.ts';
import { StreamDecoder } from './stream-decoder.ts';
import { WholeAnswerDecoder } from './whole-answer-decoder.ts';

/** As much of a page as tells what it is, in bytes. */
const pageBytes = 64 * 1024;

const braces: ReadonlySet<number> = new Set([0x7b, 0x5b]);
const lessThan = 0x3c;

/** White space, NUL, and the three bytes of a byte order mark, which may come one by one. */
const skipped: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20, 0x00, 0xef, 0xbb, 0xbf]);

/**
 * The bytes of an answer to events, whatever form it has: an event stream, one JSON object, or a page that came instead of
 * both. The first character tells; what was asked for and the content type don't, since servers, proxies and caches mislabel
 * all three.
 */
export class AnswerDecoder implements EventDecoder {
  readonly #reading: AnswerReading;
  readonly #head: HttpHead;
  #form: EventDecoder | undefined;

  constructor(reading: AnswerReading, head: HttpHead) {
    this.#reading = reading;
    this.#head = head;
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    if (this.#form) {
      this.#form.push(chunk, into);
      return;
    }
    const at = chunk.findIndex((byte) => !skipped.has(byte));
    if (at < 0) return;
    this.#form = this.#formOf(chunk[at] as number);
    this.#form.push(chunk.subarray(at), into);
  }

  end(into: ChatEvent[]): void {
    this.#form ??= new StreamDecoder(this.#reading);
    this.#form.end(into);
  }

  #formOf(first: number): EventDecoder {
    if (braces.has(first)) return new WholeAnswerDecoder(this.#reading);
    return first === lessThan ? new PageDecoder(this.#reading, this.#head) : new StreamDecoder(this.#reading);
  }
}

/** A page is never an answer: it ends in an error, as soon as enough of it is there to say which. */
class PageDecoder implements EventDecoder {
  readonly #reading: AnswerReading;
  readonly #head: HttpHead;
  readonly #body = new ByteGatherer();

  constructor(reading: AnswerReading, head: HttpHead) {
    this.#reading = reading;
    this.#head = head;
  }

  push(chunk: Uint8Array): void {
    this.#body.add(chunk);
    if (this.#body.bytes > pageBytes) this.end();
  }

  end(): never {
    throw errorFromPage(this.#body.take().toString('utf8'), { ...this.#reading, status: this.#head.status });
  }
}
