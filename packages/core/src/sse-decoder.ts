import { ChatError } from './chat-error.ts';
import { defaultMaxLineBytes, LineDecoder } from './line-decoder.ts';

/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** The `data` lines, joined with LF. */
  readonly data: string;
  /** The event's own `event` field. */
  readonly event?: string;
  /** The event's own `id` field. */
  readonly id?: string;
}

/**
 * Bytes to server-sent events, by the grammar of the WHATWG HTML standard (section 9.2.6), with one difference that real
 * servers need: an event whose closing blank line is missing at the end of the body is delivered, not thrown away.
 *
 * `onEvent` gets only events that have data. Bounded like `LineDecoder`: throws `invalid-response` when a line, or the data
 * lines of one event together, are too long.
 */
export class SseDecoder {
  readonly #lines: LineDecoder;
  readonly #onEvent: (event: ServerSentEvent) => void;
  readonly #onOther: ((line: string) => void) | undefined;
  readonly #maxDataUnits: number;
  #data: string | undefined;
  #event: string | undefined;
  #id: string | undefined;

  /** `onOther` gets lines that are no field of the grammar: what a server says that does not speak the protocol. */
  constructor(
    onEvent: (event: ServerSentEvent) => void,
    options: { maxLineBytes?: number; onOther?: (line: string) => void } = {},
  ) {
    this.#onEvent = onEvent;
    this.#onOther = options.onOther;
    this.#maxDataUnits = options.maxLineBytes ?? defaultMaxLineBytes;
    this.#lines = new LineDecoder((line) => this.#line(line), options.maxLineBytes);
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
    this.#dispatch();
  }

  #line(line: string): void {
    if (line.length === 0) {
      this.#dispatch();
      return;
    }
    // Nearly every line is data: its name needs no string of its own.
    if (line.startsWith('data:')) {
      this.#join(line.slice(line.charCodeAt(5) === 0x20 ? 6 : 5));
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    switch (field) {
      case 'data':
        this.#join(value);
        break;
      case 'event':
        this.#event = value === '' ? undefined : value;
        break;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        break;
      case 'retry':
        break;
      default:
        this.#onOther?.(line);
    }
  }

  #dispatch(): void {
    const data = this.#data;
    const event = this.#event;
    const id = this.#id;
    this.#data = undefined;
    this.#event = undefined;
    this.#id = undefined;
    if (data === undefined) return;
    // Most events are data alone; the spreads below cost more than the rest of this function.
    if (event === undefined && id === undefined) this.#onEvent({ data });
    else
      this.#onEvent({ data, ...(event === undefined ? {} : { event }), ...(id === undefined ? {} : { id }) });
  }

  #join(value: string): void {
    const data = this.#data;
    if (data === undefined) {
      this.#data = value;
      return;
    }
    if (data.length + value.length > this.#maxDataUnits) {
      throw new ChatError(
        'invalid-response',
        `an event of the answer is longer than ${this.#maxDataUnits} bytes`,
        {
          sent: 'yes',
        },
      );
    }
    this.#data = `${data}\n${value}`;
  }
}
