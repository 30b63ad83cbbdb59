import { Buffer } from 'node:buffer';
import { type ChatErrorCode, errorPolicies, type Sent } from '@sluice/core';
import type { CassetteError, CassetteHeaders, ExchangeEnd } from './cassette-format.ts';

/** An object of JSON that nothing is known of yet. */
export type JsonRecord = { readonly [name: string]: unknown };

const ends: ReadonlySet<unknown> = new Set<ExchangeEnd>([
  'complete',
  'released',
  'left',
  'failed',
  'cancelled',
  'abandoned',
]);
const sents: ReadonlySet<unknown> = new Set<Sent>(['no', 'maybe', 'yes']);

/** The fields of a line, each checked; what is wrong is told without its value, which may be anything. */
export function recordOf(value: unknown, what: string): JsonRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw new Error(`${what} must be an object`);
}

export function textOf(value: JsonRecord, name: string): string {
  const text = value[name];
  if (typeof text === 'string') return text;
  throw new Error(`${name} must be a text`);
}

export function numberOf(value: JsonRecord, name: string): number {
  const number = value[name];
  if (typeof number === 'number') return number;
  throw new Error(`${name} must be a number`);
}

export function timeOf(value: JsonRecord): number {
  const atMs = numberOf(value, 'atMs');
  if (atMs >= 0 && Number.isFinite(atMs)) return atMs;
  throw new Error('atMs must be milliseconds since the beginning');
}

export function headersOf(value: JsonRecord): CassetteHeaders {
  const headers = recordOf(value.headers, 'headers');
  // Names are copied as own properties, whatever they are: `__proto__` is one like any other.
  return Object.fromEntries(Object.keys(headers).map((name) => [name.toLowerCase(), textOf(headers, name)]));
}

export function bytesOf(value: JsonRecord): Uint8Array {
  if (typeof value.text === 'string') return Buffer.from(value.text, 'utf8');
  const base64 = textOf(value, value.base64 === undefined ? 'text' : 'base64');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) throw new Error('base64 is damaged');
  return bytes;
}

export function endOf(value: JsonRecord): { readonly how: ExchangeEnd; readonly error?: CassetteError } {
  if (!ends.has(value.how)) throw new Error(`how must be one of ${[...ends].join(', ')}`);
  const how = value.how as ExchangeEnd;
  const hasError = how === 'failed' || how === 'cancelled';
  return hasError ? { how, error: errorOf(recordOf(value.error, 'error')) } : { how };
}

function errorOf(value: JsonRecord): CassetteError {
  const code = textOf(value, 'code');
  if (!Object.hasOwn(errorPolicies, code)) throw new Error('code must be that of an error of Sluice');
  if (!sents.has(value.sent)) throw new Error(`sent must be one of ${[...sents].join(', ')}`);
  return {
    code: code as ChatErrorCode,
    message: textOf(value, 'message'),
    sent: value.sent as Sent,
    ...(value.status === undefined ? {} : { status: numberOf(value, 'status') }),
  };
}
