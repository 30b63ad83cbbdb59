import { Buffer } from 'node:buffer';
import {
  bytesOf,
  endOf,
  headersOf,
  type JsonRecord,
  numberOf,
  recordOf,
  textOf,
  timeOf,
} from './cassette-fields.ts';
import { type CassetteHeader, cassetteVersion, type ExchangeEnd, type NoteLine } from './cassette-format.ts';
import type { RecordedChunk, RecordedExchange } from './recorded-exchange.ts';

/** An exchange whose lines are still being read. */
type Unfinished = { -readonly [Key in keyof RecordedExchange]?: RecordedExchange[Key] } & {
  readonly number: number;
  readonly line: number;
  readonly request: RecordedExchange['request'];
  readonly chunks: RecordedChunk[];
};

/** How an exchange may end before its answer has begun. */
const endsWithoutHead: ReadonlySet<ExchangeEnd> = new Set(['failed', 'cancelled', 'abandoned']);

/** Puts the lines of a cassette together. Throws plain errors that say what is wrong with a line. */
export class CassetteAssembly {
  readonly #exchanges: Unfinished[] = [];
  readonly #notes: NoteLine[] = [];
  #header: CassetteHeader | undefined;
  #isOver = false;

  add(text: string, line: number): void {
    if (this.#isOver) throw new Error('there is more behind the last line');
    const value = parsed(text);
    if (!this.#header) {
      this.#header = headerOf(value);
      return;
    }
    const add = Object.hasOwn(this.#lines, String(value.type)) ? this.#lines[String(value.type)] : undefined;
    if (!add) throw new Error('its type is none that a cassette has');
    add(value, line);
  }

  done(): {
    readonly header: CassetteHeader;
    readonly exchanges: readonly RecordedExchange[];
    readonly notes: readonly NoteLine[];
  } {
    if (!this.#header) throw new Error('the file is empty');
    if (!this.#isOver) {
      throw new Error('this is not the end; the file was cut, or its recording never closed');
    }
    return { header: this.#header, exchanges: this.#exchanges.map(finished), notes: this.#notes };
  }

  readonly #lines: { readonly [type: string]: (value: JsonRecord, line: number) => void } = {
    request: (value, line) => {
      const number = this.#exchanges.length + 1;
      if (value.exchange !== number) throw new Error(`the next request must be exchange ${number}`);
      this.#exchanges.push({
        number,
        line,
        request: {
          atMs: timeOf(value),
          method: textOf(value, 'method'),
          url: textOf(value, 'url'),
          headers: headersOf(value),
          body: value.body === undefined ? Buffer.alloc(0) : bytesOf(recordOf(value.body, 'body')),
        },
        chunks: [],
      });
    },
    head: (value) => {
      const exchange = this.#openExchange(value);
      if (exchange.head) throw new Error('the answer has a head already');
      const status = numberOf(value, 'status');
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new Error('status must be one of HTTP, 200 to 599');
      }
      exchange.head = { atMs: timeOf(value), status, headers: headersOf(value) };
    },
    chunk: (value) => {
      const exchange = this.#openExchange(value);
      if (!exchange.head) throw new Error('a chunk comes before the head of its answer');
      exchange.chunks.push({ atMs: timeOf(value), bytes: bytesOf(value) });
    },
    end: (value) => {
      const exchange = this.#openExchange(value);
      const end = { atMs: timeOf(value), ...endOf(value) };
      if (!exchange.head && !endsWithoutHead.has(end.how)) {
        throw new Error(`an answer without a head cannot be ${end.how}`);
      }
      exchange.end = end;
    },
    note: (value) => {
      this.#notes.push({
        type: 'note',
        atMs: timeOf(value),
        name: textOf(value, 'name'),
        value: value.value,
      });
    },
    last: (value) => {
      if (value.exchanges !== this.#exchanges.length) {
        throw new Error(`exchanges are missing: there are ${this.#exchanges.length} before the last line`);
      }
      const open = this.#exchanges.find(({ end }) => !end);
      if (open) throw new Error(`exchange ${open.number}, which began in line ${open.line}, has no end`);
      this.#isOver = true;
    },
  };

  #openExchange(value: JsonRecord): Unfinished {
    const number = numberOf(value, 'exchange');
    const exchange = this.#exchanges[number - 1];
    if (!exchange) throw new Error('it belongs to an exchange that has no request');
    if (exchange.end) throw new Error(`exchange ${number} is over already`);
    return exchange;
  }
}

function finished(exchange: Unfinished): RecordedExchange {
  return exchange as RecordedExchange;
}

function parsed(text: string): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without its own message: that would quote the line.
    throw new SyntaxError('it is not JSON; the file is damaged');
  }
  return recordOf(value, 'the line');
}

function headerOf(value: JsonRecord): CassetteHeader {
  if (value.sluice !== 'cassette') throw new Error('it is no cassette of Sluice: the first line must say so');
  const version = numberOf(value, 'version');
  if (version > cassetteVersion) {
    throw new Error(
      `it has version ${version} of the format, and this package knows up to ${cassetteVersion}; update @sluice/testkit`,
    );
  }
  if (version !== cassetteVersion) throw new Error(`version must be ${cassetteVersion}`);
  if (Number.isNaN(Date.parse(textOf(value, 'recordedAt')))) throw new Error('recordedAt must be a date');
  const packages = recordOf(value.packages ?? {}, 'packages');
  return {
    sluice: 'cassette',
    version,
    recordedAt: textOf(value, 'recordedAt'),
    node: textOf(value, 'node'),
    platform: textOf(value, 'platform'),
    packages: Object.fromEntries(Object.keys(packages).map((name) => [name, textOf(packages, name)])),
    ...(value.masked === true ? { masked: true } : {}),
    ...(value.about === undefined ? {} : { about: recordOf(value.about, 'about') }),
  };
}
