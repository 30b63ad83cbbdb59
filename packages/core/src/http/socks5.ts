import { Buffer } from 'node:buffer';
import { isIP, type Socket } from 'node:net';
import { ChatError } from '../chat-error.ts';

const version = 5;
const loginVersion = 1;
const connectCommand = 1;
const methods = { none: 0, login: 2 } as const;
const addressTypes = { ipv4: 1, name: 3, ipv6: 4 } as const;

/** The longest name, user name or password that the protocol can carry, in bytes. */
const longestField = 255;

/** Why a proxy refuses (RFC 1928, section 6). */
const refusals: { readonly [reply: number]: string } = {
  1: 'it failed',
  2: 'its rules do not allow it',
  3: 'it cannot reach the network',
  4: 'it cannot reach the host',
  5: 'the host refused the connection',
  6: 'the host is too far away',
  7: 'it does not know the command',
  8: 'it does not know this kind of address',
};

/**
 * Asks the SOCKS5 proxy (RFC 1928) at the other end of a socket for a connection to a host, whose name the proxy resolves;
 * with user name and password by RFC 1929. Afterwards the socket is that connection. It reads not one byte too many, sets no
 * timer, and leaves the socket open when it rejects: with an `Error` that says why, or `invalid-request` for a field that is
 * too long.
 */
export async function requestSocksTunnel(
  socket: Socket,
  destination: { readonly host: string; readonly port: number },
  login?: { readonly user: string; readonly password: string },
): Promise<void> {
  const request = Buffer.concat([
    Buffer.of(version, connectCommand, 0),
    addressOf(destination.host),
    Buffer.of(destination.port >> 8, destination.port & 0xff),
  ]);
  const credentials =
    login && Buffer.concat([Buffer.of(loginVersion), sized(login.user), sized(login.password)]);
  const reader = new ByteReader(socket);
  try {
    socket.write(Buffer.of(version, ...(credentials ? [2, methods.none, methods.login] : [1, methods.none])));
    const [itsVersion, method] = await reader.read(2);
    if (itsVersion !== version) throw new Error('it does not speak SOCKS5');
    if (method === methods.login && credentials) {
      socket.write(credentials);
      const [, status] = await reader.read(2);
      if (status !== 0) throw new Error('it does not accept the user name and password');
    } else if (method !== methods.none) {
      throw new Error(credentials ? 'it wants another way to log in' : 'it wants a user name and password');
    }
    socket.write(request);
    const [, reply, , type] = await reader.read(4);
    if (reply !== 0) throw new Error(refusals[reply as number] ?? `it refused with code ${reply}`);
    await reader.read((await boundAddressBytes(reader, type)) + 2);
  } finally {
    reader.stop();
  }
}

/** How long the address is that the proxy answers with. Nobody needs it; it only has to be read. */
async function boundAddressBytes(reader: ByteReader, type: number | undefined): Promise<number> {
  if (type === addressTypes.ipv4) return 4;
  if (type === addressTypes.ipv6) return 16;
  if (type === addressTypes.name) return (await reader.read(1))[0] as number;
  throw new Error('it does not speak SOCKS5');
}

function addressOf(host: string): Buffer {
  const kind = isIP(host);
  if (kind === 0) return Buffer.concat([Buffer.of(addressTypes.name), sized(host)]);
  if (kind === 4) return Buffer.of(addressTypes.ipv4, ...host.split('.').map(Number));
  // A host of a URL is in its short form (RFC 5952), with hexadecimal groups only.
  const [before, after] = host.split('::').map((part) => (part === '' ? [] : part.split(':')));
  const known = [...(before ?? []), ...(after ?? [])];
  const zeros = Array.from({ length: 8 - known.length }, () => '0');
  const groups = [...(before ?? []), ...zeros, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
  return Buffer.of(addressTypes.ipv6, ...groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length > longestField) {
    throw new ChatError(
      'invalid-request',
      `a SOCKS5 proxy takes names, user names and passwords of at most ${longestField} bytes, not ${bytes.length}`,
    );
  }
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

/** What tells that there is something new to read, or never will be. */
const changes = ['readable', 'end', 'error', 'close'] as const;

/** Reads exactly as many bytes as are asked for, whatever their packets. */
class ByteReader {
  readonly #socket: Socket;
  #wake: () => void = () => {};
  // It stays for the whole conversation: whoever begins to listen for `readable` is told at once of a byte that is too few.
  readonly #onChange = (): void => this.#wake();

  constructor(socket: Socket) {
    this.#socket = socket;
    for (const change of changes) socket.on(change, this.#onChange);
  }

  async read(count: number): Promise<Buffer> {
    while (true) {
      const bytes = this.#socket.read(count) as Buffer | null;
      if (bytes?.length === count) return bytes;
      // At its end a stream gives what it has, which may be less.
      if (bytes || this.#socket.readableEnded || this.#socket.destroyed) {
        throw this.#socket.errored ?? new Error('it closed the connection');
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  stop(): void {
    for (const change of changes) this.#socket.off(change, this.#onChange);
  }
}
