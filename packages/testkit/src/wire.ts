import { Buffer } from 'node:buffer';
import { asBytes, type Bytes, chunk, lastChunk, replyHead } from './upstream/http-reply.ts';
import type { Step } from './upstream/script.ts';
import { type AnswerEnd, type Framing, framingOf, type UpstreamDescription } from './upstream-description.ts';

/** The frames of an answer. */
export interface Frames {
  readonly begin: Uint8Array;
  readonly texts: readonly Uint8Array[];
  readonly end: Uint8Array;
}

/** The protocol as the kit speaks it. */
export interface Wire {
  readonly framing: Framing;
  /** The head of an answer. */
  readonly head: string;
  readonly keepAlive: Uint8Array;
  readonly malformed: Uint8Array;
  frames(texts: readonly string[], end?: Partial<AnswerEnd>): Frames;
  /** A whole answer in one body. */
  body(texts: readonly string[], end?: Partial<AnswerEnd>): Uint8Array;
  /** The steps of an answer that ends well, a chunk a frame. */
  answer(texts: readonly string[], end?: Partial<AnswerEnd>): readonly Step[];
  /** The steps of an answer whose body is cut into these chunks. */
  chunked(pieces: readonly Bytes[]): readonly Step[];
}

const defaultKeepAlive: { readonly [Each in Framing]: string } = {
  'event-stream': ': keep-alive\n\n',
  'json-lines': '\n',
  other: '',
};

const defaultMalformed: { readonly [Each in Framing]: string } = {
  'event-stream': 'data: {"broken": \n\n',
  'json-lines': '{"broken": \n',
  other: '',
};

/** Makes the kit's side of a protocol. */
export function createWire(upstream: UpstreamDescription): Wire {
  const framing = framingOf(upstream);
  const head = replyHead(200, { 'content-type': upstream.contentType, ...upstream.headers });
  const frames: Wire['frames'] = (texts, end = {}) => ({
    begin: asBytes(upstream.begin ?? ''),
    texts: texts.map((text) => asBytes(upstream.text(text))),
    end: asBytes(
      typeof upstream.end === 'function'
        ? upstream.end({ text: texts.join(''), reason: 'stop', ...end })
        : upstream.end,
    ),
  });
  const wire: Wire = {
    framing,
    head,
    keepAlive: asBytes(upstream.keepAlive ?? defaultKeepAlive[framing]),
    malformed: asBytes(upstream.malformed ?? defaultMalformed[framing]),
    frames,
    body(texts, end) {
      const { begin, texts: said, end: last } = frames(texts, end);
      return Buffer.concat([begin, ...said, last]);
    },
    answer(texts, end) {
      const { begin, texts: said, end: last } = frames(texts, end);
      return wire.chunked([begin, ...said, last]);
    },
    chunked: (pieces) => [head, ...pieces.map(chunk), lastChunk],
  };
  return wire;
}
