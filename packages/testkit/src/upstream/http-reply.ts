import { Buffer } from 'node:buffer';
import type { Step } from './script.ts';

/** Text (sent as UTF-8) or bytes. */
export type Bytes = string | Uint8Array;

/** Headers of a reply, in the order in which they are written. */
export type ReplyHeaders = { readonly [name: string]: string | undefined };

/** The end of a chunked body. */
export const lastChunk = '0\r\n\r\n';

/** The head of a reply. Without a length of its own its body is chunked: what follows are `chunk`s and one `lastChunk`. */
export function replyHead(status = 200, headers: ReplyHeaders = {}): string {
  const framed = Object.keys(headers).some((name) => /^(content-length|transfer-encoding)$/i.test(name));
  const all = framed ? headers : { ...headers, 'transfer-encoding': 'chunked' };
  const lines = Object.entries(all).map(([name, value]) =>
    value === undefined ? '' : `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} Scripted\r\n${lines.join('')}\r\n`;
}

/** One chunk of a chunked body. A client's parser hands each on by itself, so that its bounds are kept on any network. */
export function chunk(bytes: Bytes): Uint8Array {
  const body = asBytes(bytes);
  if (body.length === 0) return body;
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
}

/** A whole reply with its length. */
export function reply(status: number, body: Bytes = '', headers: ReplyHeaders = {}): readonly Step[] {
  const bytes = asBytes(body);
  return [replyHead(status, { ...headers, 'content-length': String(bytes.length) }), bytes];
}

/** Text as UTF-8. */
export function asBytes(bytes: Bytes): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'utf8') : bytes;
}
