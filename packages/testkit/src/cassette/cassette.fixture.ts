import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CallScope, ChatError } from '@sluice/core';
import { createHttpClient, type HttpRequest } from '@sluice/core/http';
import type { CassetteLine } from './cassette-format.ts';

/** A folder for cassettes that goes away by itself. */
export async function cassetteFolder(): Promise<
  AsyncDisposable & { readonly file: (name?: string) => string }
> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-testkit-'));
  let count = 0;
  return {
    file(name) {
      count += 1;
      return join(folder, name ?? `${count}.jsonl`);
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

/** What a client got: the status, the pieces in which the body came, and the error that ended it. */
export interface Got {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string | undefined };
  readonly pieces: readonly string[];
  readonly error?: string;
}

/** Sends one request with the client of core, and reads its answer piece by piece. */
export async function ask(
  request: HttpRequest,
  options: ConstructorParameters<typeof CallScope>[0] = {},
): Promise<Got> {
  const client = createHttpClient();
  const scope = new CallScope(options);
  const pieces: string[] = [];
  let head: Pick<Got, 'status' | 'headers'> = {};
  try {
    const { status, headers, body } = await client.request(request, scope);
    head = { status, headers };
    for (let chunk = await body.read(); chunk; chunk = await body.read()) {
      pieces.push(Buffer.from(chunk).toString('latin1'));
    }
    return { ...head, pieces };
  } catch (error) {
    if (!ChatError.is(error)) throw error;
    return { ...head, pieces, error: `${error.code} (${error.sent}): ${error.message}` };
  } finally {
    scope.close();
    client.close();
  }
}

/** The lines of a cassette. */
export async function linesOf(file: string): Promise<readonly CassetteLine[]> {
  const text = await readFile(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as CassetteLine);
}

/** Writes a cassette by hand: the header, these lines, and the last one where it is not said otherwise. */
export async function writeCassette(
  file: string,
  lines: readonly (CassetteLine | string)[],
  { header = {}, last = true }: { readonly header?: object; readonly last?: boolean } = {},
): Promise<string> {
  const exchanges = lines.filter((line) => typeof line === 'object' && line.type === 'request').length;
  const all = [
    {
      sluice: 'cassette',
      version: 1,
      recordedAt: '2026-01-01T00:00:00.000Z',
      node: 'v24.0.0',
      platform: 'linux x64',
      packages: {},
      ...header,
    },
    ...lines,
    ...(last ? [{ type: 'last', exchanges }] : []),
  ];
  const text = all.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  await writeFile(file, `${text}\n`);
  return file;
}

/** An exchange of a request and an answer of these pieces, ten milliseconds apart. */
export function exchangeLines(
  pieces: readonly string[],
  { exchange = 1, url = 'http://upstream.test/answer' }: { exchange?: number; url?: string } = {},
): readonly CassetteLine[] {
  return [
    { type: 'request', exchange, atMs: 0, method: 'POST', url, headers: {}, body: { text: '{}' } },
    { type: 'head', exchange, atMs: 10, status: 200, headers: { 'content-type': 'text/event-stream' } },
    ...pieces.map((text, at): CassetteLine => ({ type: 'chunk', exchange, atMs: 20 + at * 10, text })),
    { type: 'end', exchange, atMs: 20 + pieces.length * 10, how: 'complete' },
  ];
}
