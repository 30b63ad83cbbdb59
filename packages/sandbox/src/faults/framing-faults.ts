import { setImmediate as immediate } from 'node:timers/promises';
import { type EventFrame, type Frame, frame, isEvent, type StreamGrammar } from '../frames.ts';
import type { FaultName } from './catalogue.ts';
import type { FaultBehaviour, Piece } from './fault-behaviour.ts';

/** Added where a fault needs characters of two, three and four bytes. */
const WIDE_TOKENS = [' Grüße', ' 日本', ' 🦙', ' 👩‍💻'] as const;

const REPLACEMENT = '\uFFFD';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);

/** A byte that UTF-8 never has. */
const INVALID_BYTE = Buffer.from([0xff]);

const NUL_PADDED_LENGTH = 16;

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** The first byte of a character of several bytes. */
const LEAD_BYTE = 0xc0;

type Split = (bytes: Buffer) => Iterable<Buffer>;

/** Cuts each piece into several, each of them a chunk of its own on the wire. */
async function* resplit(pieces: AsyncIterable<Piece>, split: Split): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    if (typeof piece === 'string') {
      yield piece;
      continue;
    }
    for (const part of split(piece)) {
      yield part;
      // Lets the bytes leave, so that chunks arrive apart and not only as chunks of one segment.
      await immediate();
    }
  }
}

function* singleBytes(bytes: Buffer): Generator<Buffer> {
  for (let index = 0; index < bytes.length; index += 1) yield bytes.subarray(index, index + 1);
}

function* afterLeadBytes(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte < LEAD_BYTE) continue;
    yield bytes.subarray(from, index + 1);
    from = index + 1;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

const LINE_ENDS: Readonly<Record<string, string>> = {
  lf: '\n',
  cr: '\r',
  crlf: '\r\n',
  'crlf-split': '\r\n',
};

function withLineEnds(bytes: Buffer, eol: string): Buffer {
  // Byte for byte: latin1 keeps what is no ASCII as it is.
  return Buffer.from(bytes.toString('latin1').replaceAll(/\r?\n/gu, eol), 'latin1');
}

function* betweenCrAndLf(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = bytes.indexOf('\r\n'); at >= 0; at = bytes.indexOf('\r\n', from)) {
    yield bytes.subarray(from, at + 1);
    from = at + 1;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}

/** The place inside a surrogate pair; without the u flag, which would keep pairs together. */
const SURROGATE_GAP = /(?<=[\uD800-\uDBFF])(?=[\uDC00-\uDFFF])/;

async function* withoutLastNewline(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  let held: Buffer | undefined;
  for await (const piece of pieces) {
    if (held !== undefined) yield held;
    held = undefined;
    if (typeof piece === 'string') yield piece;
    else held = piece;
  }
  if (held !== undefined) yield Buffer.from(held.toString('latin1').replace(/[\r\n]+$/u, ''), 'latin1');
}

async function* inGroups(pieces: AsyncIterable<Piece>, size: number): AsyncGenerator<Piece> {
  let group: Buffer[] = [];
  for await (const piece of pieces) {
    if (typeof piece !== 'string') group.push(piece);
    if (group.length >= size || (typeof piece === 'string' && group.length > 0)) {
      yield Buffer.concat(group);
      group = [];
    }
    if (typeof piece === 'string') yield piece;
  }
  if (group.length > 0) yield Buffer.concat(group);
}

async function* mapEvents(
  frames: AsyncIterable<Frame>,
  change: (event: EventFrame) => readonly Frame[],
): AsyncGenerator<Frame> {
  for await (const each of frames) {
    if (isEvent(each)) yield* change(each);
    else yield each;
  }
}

/** The same event with its JSON over several lines: SSE joins them with line feeds, which JSON takes as space. */
function overSeveralLines(event: EventFrame): EventFrame {
  const match = /^data:( ?)(\{.*\})(\s*)$/u.exec(event.data);
  if (match === null) return event;
  const [, space = '', json = '', end = ''] = match;
  const lines = JSON.stringify(JSON.parse(json), null, 1).split('\n');
  return frame(event.kind, `${lines.map((line) => `data:${space}${line}`).join('\n')}${end}`);
}

function otherDataSpace(event: EventFrame): EventFrame {
  const data = event.data.startsWith('data: ')
    ? event.data.replace('data: ', 'data:')
    : event.data.replace(/^data:/u, 'data: ');
  return frame(event.kind, data);
}

/** What may stand between events without meaning anything. */
function nothings(grammar: StreamGrammar): Frame {
  const comment = grammar.style === 'sse' ? ': a comment: {"not":"data"}\n\n:\n\n' : '\n';
  return frame('keep-alive', comment + grammar.keepAlive());
}

function replaceInvalid(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(REPLACEMENT_BYTES); at >= 0; at = bytes.indexOf(REPLACEMENT_BYTES, from)) {
    parts.push(bytes.subarray(from, at), INVALID_BYTE);
    from = at + REPLACEMENT_BYTES.length;
  }
  return from === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)]);
}

/** The same answer in an unusual form: all but the invalid bytes must be understood. */
export const FRAMING_FAULTS: Readonly<
  Record<
    Extract<
      FaultName,
      | 'byte-chunks'
      | 'line-ends'
      | 'byte-order-mark'
      | 'split-characters'
      | 'split-surrogates'
      | 'no-last-newline'
      | 'data-space'
      | 'multi-line-data'
      | 'comments'
      | 'coalesced'
      | 'long-line'
      | 'invalid-utf8'
      | 'nul-padding'
    >,
    FaultBehaviour
  >
> = {
  'byte-chunks': { pieces: (pieces) => resplit(pieces, singleBytes) },
  'line-ends': {
    pieces: (pieces, fault) => {
      const form = fault.text('eol');
      const eol = LINE_ENDS[form] ?? '\n';
      return resplit(pieces, (bytes) => {
        const changed = withLineEnds(bytes, eol);
        return form === 'crlf-split' ? betweenCrAndLf(changed) : [changed];
      });
    },
  },
  'byte-order-mark': {
    pieces: async function* (pieces) {
      yield BYTE_ORDER_MARK;
      yield* pieces;
    },
  },
  'split-characters': {
    said: (tokens) => [...tokens, ...WIDE_TOKENS],
    pieces: (pieces) => resplit(pieces, afterLeadBytes),
  },
  'split-surrogates': {
    said: (tokens) => [...tokens, ...WIDE_TOKENS],
    tokens: (tokens) => tokens.flatMap((token) => token.split(SURROGATE_GAP)),
  },
  'no-last-newline': { pieces: withoutLastNewline },
  'data-space': {
    frames: (frames, grammar) =>
      grammar.style === 'sse' ? mapEvents(frames, (event) => [otherDataSpace(event)]) : frames,
  },
  'multi-line-data': {
    frames: (frames, grammar) =>
      grammar.style === 'sse' ? mapEvents(frames, (event) => [overSeveralLines(event)]) : frames,
  },
  comments: {
    frames: (frames, grammar) => mapEvents(frames, (event) => [nothings(grammar), event]),
  },
  coalesced: { pieces: (pieces, fault) => inGroups(pieces, fault.number('events')) },
  'long-line': {
    tokens: function* (tokens, fault) {
      yield* tokens;
      yield 'x'.repeat(fault.number('bytes'));
    },
  },
  'invalid-utf8': {
    said: (tokens) => [...tokens, ` ${REPLACEMENT}`],
    pieces: (pieces) => resplit(pieces, (bytes) => [replaceInvalid(bytes)]),
  },
  'nul-padding': { tokens: (tokens) => tokens.map((token) => token.padEnd(NUL_PADDED_LENGTH, '\0')) },
};
