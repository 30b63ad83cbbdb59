import { type ChatEvent, type ServerSentEvent, SseDecoder, TextPattern, trimPadding } from '@sluice/core';
import type { EventDecoder } from '@sluice/core/http';
import { errorFromMessage, isErrorMessage, notTheProtocol } from './answer-errors.ts';
import { AnswerReader, type AnswerReading } from './answer-reader.ts';
import { plainText } from './plain-text.ts';

const openBrace = 0x7b;
/** How many lines that are no server-sent events are kept, to say what came instead. */
const mostStrayLines = 5;

/** The bytes of a streamed answer to events. */
export class StreamDecoder implements EventDecoder {
  readonly #reading: AnswerReading;
  readonly #reader: AnswerReader;
  readonly #sse: SseDecoder;
  /** None where every message has to be decoded, because the caller wants to see it. */
  readonly #pattern: TextPattern | undefined;
  readonly #strayLines: string[] = [];
  #into: ChatEvent[] = [];
  #sawEvents = false;
  #bodyEnded = false;

  constructor(reading: AnswerReading) {
    this.#reading = reading;
    this.#reader = new AnswerReader(reading);
    this.#pattern = reading.includeRaw ? undefined : new TextPattern(['choices', 0, 'delta', 'content']);
    this.#sse = new SseDecoder((event) => this.#event(event), { onOther: (line) => this.#stray(line) });
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    if (this.#reader.finished) return;
    this.#into = into;
    this.#sse.push(chunk);
  }

  end(into: ChatEvent[]): void {
    this.#into = into;
    this.#bodyEnded = true;
    this.#sse.end();
    if (!this.#sawEvents && this.#strayLines.length > 0) {
      throw notTheProtocol(
        'sent text that is not an event stream',
        this.#strayLines.join('\n'),
        this.#reading,
      );
    }
    this.#reader.end(into);
  }

  #event({ data, event }: ServerSentEvent): void {
    if (this.#reader.finished) return;
    this.#sawEvents = true;
    if (event === 'error') throw this.#errorEvent(data);
    if (data.charCodeAt(0) !== openBrace) {
      this.#unusual(data, event);
      return;
    }
    const text = this.#pattern?.match(data);
    if (text !== undefined) {
      this.#reader.readText(text, this.#into);
      return;
    }
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      this.#broken(data);
      return;
    }
    const before = this.#into.length;
    this.#reader.read(message, this.#into);
    if (this.#pattern?.wantsLesson && this.#into.length === before + 1) this.#learn(data, message);
  }

  /** A message that brought one event, its text, is what the next ones will look like. */
  #learn(data: string, message: unknown): void {
    const text = plainText(message);
    const event = this.#into.at(-1);
    if (text !== undefined && event?.type === 'text-delta' && event.text === text) {
      this.#pattern?.learn(data, message);
    }
  }

  /** Data that does not begin like a message: the end mark, padding, nothing at all, the words of a ping. */
  #unusual(data: string, event: string | undefined): void {
    const text = trimPadding(data);
    if (text === '') return;
    if (text.startsWith('[DONE]')) this.#reader.finish(this.#into);
    else if (event === undefined || event === 'message') this.#reader.read(this.#parse(text), this.#into);
  }

  /** Data that is no JSON as it stands: padded, or several messages without the blank line between them. */
  #broken(data: string): void {
    const lines = data.split('\n').map(trimPadding);
    if (lines.length === 1) this.#reader.read(this.#parse(trimPadding(data)), this.#into);
    else for (const line of lines) this.#event({ data: line });
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.#bodyEnded
        ? notTheProtocol('cut its answer off in the middle of an event', text, this.#reading, 'truncated')
        : notTheProtocol('sent an event that is not JSON', text, this.#reading);
    }
  }

  #errorEvent(data: string): Error {
    try {
      return errorFromMessage(JSON.parse(data), this.#reading);
    } catch {
      return errorFromMessage({ message: data }, this.#reading);
    }
  }

  /** A line that is no field of an event stream. llama.cpp writes `error: {…}`, proxies write the bare object. */
  #stray(line: string): void {
    if (this.#reader.finished) return;
    const text = line.startsWith('error:') ? line.slice('error:'.length) : line;
    const found = parsed(text);
    if (isErrorMessage(found)) throw errorFromMessage(found, this.#reading);
    if (text !== line) throw this.#errorEvent(text.trim());
    if (this.#strayLines.length < mostStrayLines) this.#strayLines.push(line.slice(0, 200));
  }
}

function parsed(text: string): unknown {
  const start = text.trimStart();
  if (!start.startsWith('{') && !start.startsWith('[')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
