import { ChatError, type Sent } from '../chat-error.ts';
import type { ChatErrorCode } from '../error-codes.ts';

/** A way in which sockets and parsers fail: what it is called here, what happened, and what to do. */
interface Failure {
  readonly code: ChatErrorCode;
  readonly what: string;
}

/** Error codes of Node, OpenSSL, llhttp and undici. */
const failures: { readonly [code: string]: Failure } = {
  ENOTFOUND: { code: 'network', what: 'the name does not exist (DNS); check the address' },
  EAI_AGAIN: { code: 'network', what: 'the name could not be resolved (DNS); check the network' },
  ECONNREFUSED: { code: 'network', what: 'the connection was refused; is the server running there?' },
  ECONNRESET: { code: 'network', what: 'the connection was reset' },
  EPIPE: { code: 'network', what: 'the connection was closed while sending' },
  ETIMEDOUT: { code: 'network', what: 'the connection timed out' },
  EHOSTUNREACH: { code: 'network', what: 'the host cannot be reached' },
  ENETUNREACH: { code: 'network', what: 'the network cannot be reached' },
  EADDRNOTAVAIL: { code: 'network', what: 'no local address is free for another connection' },
  EMFILE: { code: 'network', what: 'this process has too many open files' },
  UND_ERR_SOCKET: { code: 'network', what: 'the other side closed the connection' },
  UND_ERR_HEADERS_OVERFLOW: { code: 'invalid-response', what: 'the headers of the answer are too large' },
  UND_ERR_INVALID_ARG: {
    code: 'invalid-request',
    what: 'a header or path of the request has characters that HTTP does not allow, or is set by the client itself',
  },
  UND_ERR_NOT_SUPPORTED: {
    code: 'invalid-request',
    what: 'a header of the request is set by the client itself',
  },
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: {
    code: 'invalid-request',
    what: 'content-length is set by the client itself; leave it out',
  },
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: {
    code: 'invalid-response',
    what: 'the headers of the answer contradict each other about its length',
  },
};

const truncations: ReadonlySet<string> = new Set([
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
]);

/**
 * The same error without the bytes that it was about: undici's parser keeps all it was given as `data`, and what was received may
 * repeat a prompt or a key wherever the error is printed with its causes.
 */
export function withoutReceived<T>(error: T): T {
  if (error instanceof Error && error.name === 'HTTPParserError') delete (error as { data?: unknown }).data;
  return error;
}

/** Makes the `ChatError` of a failed socket, TLS handshake or HTTP parser. `host` is `name:port`. */
export function transportError(error: Error, host: string, sent: Sent): ChatError {
  if (ChatError.is(error)) return error;
  const code = codeOf(error);
  const cause = withoutReceived(error);
  if (sent === 'yes' && truncations.has(code)) {
    return new ChatError('truncated', `${host} closed the connection in the middle of its answer`, {
      sent,
      cause,
    });
  }
  const { code: kind, what } = failures[code] ?? guess(code, error);
  const named = code === '' ? '' : ` (${code})`;
  const how = sent === 'yes' ? `the answer from ${host} broke off` : `no answer from ${host}`;
  return new ChatError(kind, `${how}: ${what}${named}`, { sent, cause });
}

/** An AggregateError stands for several addresses that were tried: the first one's code is as good as any. */
function codeOf(error: Error): string {
  const own = (error as { code?: unknown }).code;
  if (typeof own === 'string') return own;
  const first =
    error instanceof AggregateError ? (error.errors[0] as { code?: unknown } | undefined)?.code : undefined;
  return typeof first === 'string' ? first : '';
}

function guess(code: string, error: Error): Failure {
  if (error.name === 'HTTPParserError' || code.startsWith('HPE_'))
    return {
      code: 'invalid-response',
      what: 'what came is not HTTP',
    };
  if (/CERT|TLS|SSL|EPROTO|SIGNATURE/.test(code) || /certificate|tls|ssl/i.test(error.message)) {
    return {
      code: 'network',
      what: 'no secure connection (TLS); check the certificate and that the port speaks https',
    };
  }
  return { code: 'network', what: 'the connection failed' };
}
