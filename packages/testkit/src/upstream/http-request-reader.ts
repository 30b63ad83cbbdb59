import { Buffer } from 'node:buffer';

/** A request as it arrived. Header names are lower case; of repeated ones the last counts. */
export interface HeardRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Buffer;
}

const headEnd = '\r\n\r\n';

/** Bytes of HTTP/1.1 to requests, strictly enough for a test: bodies with a length or in chunks. */
export class HttpRequestReader {
  readonly #onRequest: (request: HeardRequest) => void;
  #rest: Buffer = Buffer.alloc(0);
  /** What arrives is no HTTP: it is read and dropped. */
  #lost = false;

  constructor(onRequest: (request: HeardRequest) => void) {
    this.#onRequest = onRequest;
  }

  push(bytes: Uint8Array): void {
    if (this.#lost) return;
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (let taken = this.#take(); taken > 0; taken = this.#take()) this.#rest = this.#rest.subarray(taken);
  }

  /** Delivers a request if it is whole, and answers how many bytes it had. */
  #take(): number {
    const end = this.#rest.indexOf(headEnd);
    if (end < 0) return 0;
    const [line = '', ...fields] = this.#rest.toString('latin1', 0, end).split('\r\n');
    const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(line) ?? [];
    if (method === undefined || path === undefined) {
      this.#lost = true;
      return 0;
    }
    const headers = Object.fromEntries(
      fields.map((field) => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    );
    const start = end + headEnd.length;
    const found = /chunked/i.test(headers['transfer-encoding'] ?? '')
      ? chunkedBody(this.#rest, start)
      : sizedBody(this.#rest, start, Number(headers['content-length'] ?? 0));
    if (!found) return 0;
    this.#onRequest({ method, path, headers, body: found.body });
    return found.end;
  }
}

interface FoundBody {
  readonly body: Buffer;
  /** Where it ends in all bytes. */
  readonly end: number;
}

function sizedBody(bytes: Buffer, start: number, length: number): FoundBody | undefined {
  const end = start + length;
  return bytes.length < end ? undefined : { body: Buffer.from(bytes.subarray(start, end)), end };
}

function chunkedBody(bytes: Buffer, start: number): FoundBody | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(chunks), end: next };
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
