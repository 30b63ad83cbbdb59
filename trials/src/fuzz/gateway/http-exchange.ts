import { once } from 'node:events';
import { connect } from 'node:net';

/** What came back over one connection. */
export interface Reply {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** The longest that an answer to a whole request, or to half of one whose sender hangs up, may take, in milliseconds. */
const longestMs = 20_000;

/**
 * Sends bytes over a connection of their own, in these pieces. Answers everything that came back until the server closed; nothing
 * if it closed without a word. `hangUpMs`: so long after the last byte the sender ends its side, for bytes that may be half of a
 * request; for Node's server that means that it has gone.
 */
export async function exchange(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  hangUpMs?: number,
): Promise<readonly Reply[]> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const chunks: Buffer[] = [];
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, longestMs);
  socket.on('data', (chunk) => chunks.push(chunk));
  // Whoever is refused in the middle of its request may be cut off.
  socket.on('error', () => {});
  const closed = once(socket, 'close').catch(() => {});
  for (const piece of pieces) {
    if (!socket.writable) break;
    socket.write(piece);
    if (pieces.length > 1) await new Promise((resolve) => void setImmediate(resolve));
  }
  const hangUp = hangUpMs === undefined ? undefined : setTimeout(() => socket.end(), hangUpMs);
  await closed;
  clearTimeout(timer);
  clearTimeout(hangUp);
  if (isLate) throw new Error(`no end after ${longestMs} ms`);
  return replies(Buffer.concat(chunks));
}

/** The answers in some bytes, one after the other. Throws for what is no HTTP. */
function replies(bytes: Buffer): readonly Reply[] {
  const found: Reply[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n\r\n');
    const head = rest.subarray(0, end < 0 ? rest.length : end).toString('latin1');
    const status = /^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1];
    if (status === undefined || end < 0) throw new Error(`no HTTP: ${head.slice(0, 200)}`);
    const [body, length] = bodyOf(head, rest.subarray(end + 4), Number(status));
    // 100 Continue is no answer yet.
    if (Number(status) >= 200)
      found.push({ status: Number(status), headers: head, body: body.toString('utf8') });
    rest = rest.subarray(end + 4 + length);
  }
  return found;
}

/** The body, and how many bytes it takes on the wire. */
function bodyOf(head: string, rest: Buffer, status: number): readonly [Buffer, number] {
  if (status < 200 || status === 204 || status === 304) return [Buffer.alloc(0), 0];
  if (/^transfer-encoding: *chunked/im.test(head)) return chunked(rest);
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? rest.length);
  // The answer to HEAD has a length and no body; then what follows is the next answer.
  if (rest.length < length || rest.subarray(0, 9).toString('latin1') === 'HTTP/1.1 ')
    return [Buffer.alloc(0), 0];
  return [rest.subarray(0, length), length];
}

function chunked(rest: Buffer): readonly [Buffer, number] {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < rest.length) {
    const lineEnd = rest.indexOf('\r\n', at);
    const size = Number.parseInt(rest.subarray(at, lineEnd).toString('latin1'), 16);
    if (lineEnd < 0 || Number.isNaN(size)) break;
    parts.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
    if (size === 0) break;
  }
  return [Buffer.concat(parts), at];
}
