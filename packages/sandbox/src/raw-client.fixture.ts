import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';

/** What a client sends. Nothing is added to it but `Host` and the framing. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Leaves after so many chunks of the body. */
  readonly leaveAfterChunks?: number;
  /** Leaves as soon as the text so far contains this, in ASCII. */
  readonly leaveAt?: string;
  /** Leaves when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What a client got. */
export interface RawResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly chunks: readonly Buffer[];
  readonly body: Buffer;
  readonly text: string;
  /** How it ended: as it should, cut by the server, or left by the client. */
  readonly ended: 'end' | 'cut' | 'left';
}

/** One request on a connection of its own. Rejects when no head of an answer comes. */
export function send(url: string, asked: RawRequest = {}): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>();
  const {
    method = 'GET',
    headers = {},
    body,
    leaveAfterChunks = Number.POSITIVE_INFINITY,
    leaveAt,
    signal,
  } = asked;
  const outgoing = request(url, { method, headers, agent: false }, (incoming) => {
    answered = true;
    const chunks: Buffer[] = [];
    const finish = (ended: RawResponse['ended']): void => {
      const whole = Buffer.concat(chunks);
      resolve({
        status: incoming.statusCode ?? 0,
        headers: incoming.headers,
        chunks,
        body: whole,
        text: whole.toString('utf8'),
        ended,
      });
    };
    let tail = '';
    incoming.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (leaveAt !== undefined) tail = tail.slice(-leaveAt.length) + chunk.toString('latin1');
      const arrived = leaveAt !== undefined && tail.includes(leaveAt);
      if (chunks.length < leaveAfterChunks && !arrived) return;
      outgoing.destroy();
      finish('left');
    });
    incoming.on('end', () => finish('end'));
    incoming.on('error', () => finish('cut'));
  });
  let answered = false;
  // Once a head has come, the answer itself tells how it ended.
  outgoing.on('error', (error) => {
    if (!answered) reject(error);
  });
  signal?.addEventListener('abort', () => outgoing.destroy(), { once: true });
  outgoing.end(body);
  return promise;
}

/** Posts JSON. */
export function postJson(
  url: string,
  value: unknown,
  headers: OutgoingHttpHeaders = {},
  asked: Omit<RawRequest, 'body' | 'headers' | 'method'> = {},
): Promise<RawResponse> {
  return send(url, {
    ...asked,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof value === 'string' ? value : JSON.stringify(value),
  });
}
