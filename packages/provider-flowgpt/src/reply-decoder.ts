import {
  ChatError,
  type ChatEvent,
  errorFromObject,
  errorFromPage,
  isPage,
  LineDecoder,
  parseJson,
  type Secrets,
  TextPattern,
  trimPadding,
} from '@sluice/core';
import type { EventDecoder, HttpHead } from '@sluice/core/http';

/**
 * What counts as the end of an answer.
 * - `event`: only `{"event":"end"}`.
 * - `body`: also the end of the body, where HTTP marks it (chunked or with a content length).
 * - `auto`: `event` from a server that has shown its `metadata` event, `body` from one that sends nothing but text.
 */
export type EndRule = 'auto' | 'event' | 'body';

/** What a decoder has to know of the answer that it reads. */
export interface ReplyAbout {
  readonly provider: string;
  readonly model: string;
  /** Of HTTP: some 2xx. */
  readonly status: number;
  readonly headers: HttpHead['headers'];
  readonly secrets: Secrets;
  readonly end: EndRule;
  /** Whether HTTP itself marks where the body ends: without that, an end looks just like a lost connection. */
  readonly framed: boolean;
  readonly includeRaw: boolean;
}

/** How much of a web page is read before it is reported, in UTF-16 units. */
const longestPage = 64 * 1024;

type Value = { readonly [key: string]: unknown };

/**
 * Reads a reply: one JSON object a line, `{"event": …, "data": …}`, blank lines between them.
 *
 * Events are `text` (the answer's pieces), `metadata`, `end` and `error`; others, and objects that are no event, are left
 * out, unless they are errors. A line that is no JSON object is not the protocol.
 */
export class ReplyDecoder implements EventDecoder {
  readonly #about: ReplyAbout;
  readonly #lines: LineDecoder;
  /** None where every event has to be decoded, because the caller wants to see it. */
  readonly #pattern: TextPattern | undefined;
  #into: ChatEvent[] = [];
  #page: string | undefined;
  /** The body has ended: its last line may be cut. */
  #ending = false;
  #finished = false;
  /** Some line was JSON. */
  #spoke = false;
  #hasMetadata = false;
  #warned = false;

  constructor(about: ReplyAbout) {
    this.#about = about;
    this.#pattern = about.includeRaw ? undefined : new TextPattern(['data']);
    this.#lines = new LineDecoder((line) => this.#line(line));
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    this.#into = into;
    this.#lines.push(chunk);
  }

  end(into: ChatEvent[]): void {
    this.#into = into;
    this.#ending = true;
    this.#lines.end();
    if (this.#page !== undefined) throw errorFromPage(this.#page, this.#about);
    if (this.#finished) return;
    if (!this.#bodyEndCounts()) throw this.#truncated();
    this.#finish();
  }

  #line(line: string): void {
    // Every second line is blank.
    if (line === '' || this.#finished) return;
    const known = this.#pattern?.match(line);
    if (known !== undefined) {
      this.#text(known);
      return;
    }
    const text = trimPadding(line);
    if (text === '') return;
    if (this.#page !== undefined || (!this.#spoke && isPage(text))) {
      this.#page = `${this.#page ?? ''}${text}\n`;
      if (this.#page.length > longestPage) throw errorFromPage(this.#page, this.#about);
      return;
    }
    const value = this.#parse(text);
    this.#spoke = true;
    if (this.#about.includeRaw) this.#into.push({ type: 'raw', value });
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.#invalid(`a line of the answer is ${kindOf(value)}, not an object`);
    }
    this.#value(value as Value);
    if ((value as Value).event === 'text' && this.#pattern?.wantsLesson) this.#pattern.learn(text, value);
  }

  #parse(text: string): unknown {
    try {
      return parseJson(text, 'a line of the answer');
    } catch (error) {
      // The body ended in the middle of an object: the rest of it is missing, not wrong.
      throw this.#ending && text.startsWith('{') ? this.#truncated() : error;
    }
  }

  #value(value: Value): void {
    switch (value.event) {
      case 'text':
        this.#text(value.data);
        break;
      case 'metadata':
        this.#metadata(value.data);
        break;
      case 'end':
        this.#finish();
        break;
      case 'error':
        throw errorFromObject(toldBy(value), this.#about);
      default:
        if (isError(value)) throw errorFromObject(value, this.#about);
    }
  }

  #text(data: unknown): void {
    if (data === null) {
      // Nothing of the answer is lost with it, so it may go on.
      if (!this.#warned) this.#into.push({ type: 'warning', code: 'ignored-content', message: nullText });
      this.#warned = true;
      return;
    }
    if (typeof data !== 'string')
      throw this.#invalid(`the data of a text event is ${kindOf(data)}, not text`);
    if (data !== '') this.#into.push({ type: 'text-delta', text: data });
  }

  #metadata(data: unknown): void {
    this.#hasMetadata = true;
    if (typeof data !== 'object' || data === null) return;
    const { id, model } = data as Value;
    this.#into.push({
      type: 'response-metadata',
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof model === 'string' ? { model } : {}),
    });
  }

  #finish(): void {
    this.#finished = true;
    this.#into.push({ type: 'finish', reason: 'stop' });
  }

  #bodyEndCounts(): boolean {
    const { end, framed } = this.#about;
    return framed && (end === 'body' || (end === 'auto' && !this.#hasMetadata));
  }

  #truncated(): ChatError {
    const { provider, model } = this.#about;
    return new ChatError('truncated', `${provider} closed the answer before its end`, {
      provider,
      model,
      sent: 'yes',
    });
  }

  #invalid(what: string): ChatError {
    const { provider, model } = this.#about;
    return new ChatError('invalid-response', `${provider} does not speak its protocol: ${what}`, {
      provider,
      model,
      sent: 'yes',
    });
  }
}

const nullText = 'flowgpt sent text events with null for their text: they were left out';

/** What an error event says: its data, and what stands beside it. */
function toldBy({ data, ...beside }: Value): Value {
  return data ? { ...beside, error: data } : beside;
}

/** Where web frameworks write that something went wrong, in an object that is no event. */
const errorFields = ['errors', 'detail', 'message', 'msg', 'error_message'] as const;

/** Whether an object that is none of the known events says that something went wrong. */
function isError(value: Value): boolean {
  const has = (name: string): boolean =>
    value[name] !== undefined && value[name] !== null && value[name] !== false;
  if (has('error')) return true;
  return (
    typeof value.event !== 'string' &&
    (errorFields.some(has) || [value.code, value.status].some(isErrorStatus))
  );
}

function isErrorStatus(value: unknown): boolean {
  return typeof value === 'number' && value >= 400 && value < 600;
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
