import { expect, test } from 'vitest';
import type { ChatEvent } from '../events.ts';
import type { HttpBody, HttpResponse } from './http-message.ts';
import { type EventDecoder, responseEvents } from './http-provider.ts';

type Step = ReturnType<HttpBody['read']>;

/** A decoder whose every chunk is one text; `.` is the end of the protocol. */
const decoder: EventDecoder = {
  push(chunk, into) {
    const text = Buffer.from(chunk).toString();
    if (text === '!') throw new Error('not the protocol');
    into.push(text === '.' ? { type: 'finish', reason: 'stop' } : { type: 'text-delta', text });
  },
  end() {
    throw new Error('cut');
  },
};

function response(steps: Step[]): HttpResponse {
  const body: HttpBody = {
    read: () => steps.shift(),
    text: () => Promise.resolve(''),
    beginning: () => Promise.resolve(''),
    release: () => {},
    abort: () => {},
  };
  return { status: 200, headers: {}, url: 'http://localhost/', body };
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const said = (events: readonly ChatEvent[]): string =>
  events.map((event) => (event.type === 'text-delta' ? event.text : event.type)).join(' ');

test('what is already here is decoded in one go, each chunk by itself', async () => {
  const into: ChatEvent[] = [];
  const source = responseEvents(response([bytes('a'), bytes('b'), Promise.resolve(bytes('c'))]), decoder);
  expect(source.pull(into)).toBe(true);
  expect(said(into)).toBe('a b');
  expect(await source.pull(into)).toBe(true);
  expect(said(into)).toBe('a b c');
});

test('nothing is read after the end of the protocol', () => {
  const steps = [bytes('a'), bytes('.'), bytes('b')];
  const into: ChatEvent[] = [];
  responseEvents(response(steps), decoder).pull(into);
  expect(said(into)).toBe('a finish');
  expect(steps).toHaveLength(1);
});

test('what came before a failure is there when it is thrown', () => {
  const into: ChatEvent[] = [];
  const source = responseEvents(response([bytes('a'), bytes('!')]), decoder);
  expect(() => source.pull(into)).toThrow('not the protocol');
  expect(said(into)).toBe('a');
});

test('a socket that breaks behind what is here fails the next pull, and nothing else', async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  const source = responseEvents(response([bytes('a'), Promise.reject(new Error('reset'))]), decoder);
  expect(source.pull([])).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', listener);
  expect(unhandled).toEqual([]);
  await expect(source.pull([])).rejects.toThrow('reset');
});

test('a server that is quicker than its reader is not decoded without end', () => {
  const steps = Array.from({ length: 100 }, () => Buffer.alloc(10_000, 'x'));
  const into: ChatEvent[] = [];
  responseEvents(response(steps), decoder).pull(into);
  expect(into).toHaveLength(7);
});
