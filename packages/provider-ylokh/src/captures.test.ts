import { ChatError, type ChatRequest } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { type Difference, resultDifferences, wireDifferences } from './capture-differences.fixture.ts';
import { type Capture, callOf, captures, replyChunks } from './captures.fixture.ts';
import { createYlokh } from './create-ylokh.ts';
import { type Received, replayServer, writeChunks } from './replay-server.fixture.ts';

/** Set by whatever HTTP library there is. */
const ofTheLibrary = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** A call that is refused as it was, and what is left out to compare the rest. */
const refused: { readonly [name: string]: (request: ChatRequest) => ChatRequest } = {
  'e-kwargs-float-forms': ({ seed: _tooLarge, ...request }) => request,
};

interface Replayed {
  readonly received: readonly Received[];
  /** The pieces of text, or the code of the error. */
  readonly result: readonly string[] | string;
}

/** Runs a captured call against a server that replays its reply, chunk by chunk. */
async function replay(capture: Capture, request: ChatRequest): Promise<Replayed> {
  await using server = await replayServer((response) => {
    response.writeHead(capture.reply.status, Object.fromEntries(capture.reply.headers));
    return writeChunks(response, replyChunks(capture));
  });
  const provider = createYlokh({ baseURL: server.baseURL });
  const pieces: string[] = [];
  try {
    const stream = await provider.stream(request, callOf(capture).options);
    for await (const text of stream.textStream) pieces.push(text);
    return { received: server.received, result: pieces };
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    return { received: server.received, result: error.code };
  } finally {
    await provider.close();
  }
}

/** Where two requests differ, in the form of the table. */
function compare(
  { request }: Capture,
  ours: Received,
): readonly Pick<Difference, 'where' | 'original' | 'ours'>[] {
  const headers = Object.fromEntries(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
  const body = JSON.parse(ours.body) as { [name: string]: unknown };
  const rows: [string, unknown, unknown][] = [
    ['method', request.method, ours.method],
    ['target', request.target, ours.target],
    ['order of the first fields', Object.keys(request.body).slice(0, 8), Object.keys(body).slice(0, 8)],
    ...names(headers, ours.headers)
      .filter((name) => !ofTheLibrary.has(name))
      .map((name): [string, unknown, unknown] => [`header ${name}`, headers[name], ours.headers[name]]),
    ...names(request.body, body).map((name): [string, unknown, unknown] => [
      `body ${name}`,
      request.body[name],
      body[name],
    ]),
  ];
  return rows
    .filter(([, original, now]) => JSON.stringify(original) !== JSON.stringify(now))
    .map(([where, original, now]) => ({ where, original, ours: now }));
}

function names(...objects: readonly object[]): readonly string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object)))];
}

function listed(table: readonly Difference[], name: string): readonly Difference[] {
  return table.filter((row) => row.captures === '*' || row.captures.includes(name));
}

describe.each(captures)('capture $case: $title', (capture) => {
  const { request } = callOf(capture);
  const sent = refused[capture.case]?.(request) ?? request;

  test('goes out as it did, but for the differences that are listed', async () => {
    const { received } = await replay(capture, sent);
    expect(received).toHaveLength(1);
    // A large integer of JSON is compared as the number that it becomes here.
    const expected = listed(wireDifferences, capture.case).map(({ where, original, ours }) => ({
      where,
      original: typeof original === 'bigint' ? Number(original) : original,
      ours,
    }));
    expect(compare(capture, received[0] as Received)).toEqual(expected);
  });

  test('comes back as the same pieces of text, or as the difference that is listed', async () => {
    const original = capture.result.exception ?? capture.result.chunks;
    const [difference] = listed(resultDifferences, capture.case);
    if (difference) expect(difference.original).toEqual(original);
    expect((await replay(capture, sent)).result).toEqual(difference ? difference.ours : original);
  });
});

test('the original sent null content and a seed that no number holds; both are refused before anything is sent', async () => {
  await using server = await replayServer((response) => response.end());
  const provider = createYlokh({ baseURL: server.baseURL });
  const find = (name: string) => captures.find((capture) => capture.case === name) as Capture;
  await expect(provider.stream(callOf(find('e-kwargs-float-forms')).request)).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('seed must be a whole number'),
  });
  const nulls = {
    messages: find('b-extra-message-fields')
      .input.messages.slice(1)
      .map((m) => ({ ...m, content: null })),
  };
  await expect(provider.stream(nulls as unknown as ChatRequest)).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringContaining('messages[0].content'),
  });
  expect(server.received).toEqual([]);
  await provider.close();
});

test('every listed difference is of a capture that is there', () => {
  const known = captures.map((capture) => capture.case);
  const named = [...wireDifferences, ...resultDifferences].flatMap((row) =>
    row.captures === '*' ? [] : row.captures,
  );
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
  expect(known).toHaveLength(17);
});
