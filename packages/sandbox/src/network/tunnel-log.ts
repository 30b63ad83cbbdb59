import type { Socket } from 'node:net';

/** How a request to a proxy ended, or `open` while it runs. */
export type TunnelOutcome = 'open' | 'closed' | 'unauthorized' | 'refused' | 'unreachable' | 'malformed';

/** One request that a proxy got. */
export interface TunnelEntry {
  /** `connect` is a tunnel; `forward` a plain HTTP request with an absolute address. */
  readonly kind: 'connect' | 'forward' | 'socks5';
  /** `host:port` as the client named it. */
  readonly target: string;
  readonly outcome: TunnelOutcome;
  readonly bytesFromClient: number;
  readonly bytesFromTarget: number;
  /** Resolves with the outcome once it is known. */
  readonly ended: Promise<Exclude<TunnelOutcome, 'open'>>;
}

/** A proxy for tests. */
export interface TestProxy extends AsyncDisposable {
  /** Its URL, without credentials. */
  readonly url: string;
  /** The URL with the credentials it asks for. */
  readonly urlWithCredentials: string;
  readonly port: number;
  /** What went through, oldest first. */
  readonly log: readonly TunnelEntry[];
  /** How many connections of clients are open. */
  readonly openSockets: number;
  close(): Promise<void>;
}

/** What both kinds of proxy can be told. */
export interface TestProxyOptions {
  /** User and password that clients must give. Default: none are needed. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Names that only the proxy knows, as `name` or `name:port`: where they really are, as `host:port`. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Takes requests and never answers them. Default false. */
  readonly hang?: boolean;
}

/** An entry while it is written. */
export interface OpenTunnelEntry {
  readonly target: string;
  readonly outcome: TunnelOutcome;
  bytesFromClient: number;
  bytesFromTarget: number;
  /** Ends the entry; only the first outcome counts. */
  end(outcome: Exclude<TunnelOutcome, 'open'>): void;
}

/** Begins an entry of the log. */
export function openEntry(log: TunnelEntry[], kind: TunnelEntry['kind'], target: string): OpenTunnelEntry {
  const { promise, resolve } = Promise.withResolvers<Exclude<TunnelOutcome, 'open'>>();
  const entry = { kind, target, outcome: 'open' as TunnelOutcome, bytesFromClient: 0, bytesFromTarget: 0 };
  log.push(Object.assign(entry, { ended: promise }));
  return Object.assign(entry, {
    end: (outcome: Exclude<TunnelOutcome, 'open'>) => {
      if (entry.outcome !== 'open') return;
      entry.outcome = outcome;
      resolve(outcome);
    },
  });
}

/** Where a target really is. */
export function resolveTarget(
  target: string,
  hosts: TestProxyOptions['hosts'],
): { readonly host: string; readonly port: number } {
  const real = hosts?.[target] ?? hosts?.[target.replace(/:\d+$/u, '')] ?? target;
  const at = real.lastIndexOf(':');
  return { host: real.slice(0, at).replace(/^\[|\]$/gu, ''), port: Number(real.slice(at + 1)) };
}

/** Joins two sockets until one of them ends, counting the bytes. The end of one is the end of both. */
export function join(client: Socket, target: Socket, entry: OpenTunnelEntry): void {
  client.on('data', (chunk: Buffer) => {
    entry.bytesFromClient += chunk.length;
  });
  target.on('data', (chunk: Buffer) => {
    entry.bytesFromTarget += chunk.length;
  });
  const end = (): void => {
    entry.end('closed');
    client.destroy();
    target.destroy();
  };
  client.once('close', end);
  target.once('close', () => {
    // What the target sent last must still reach the client.
    if (client.writableLength === 0) end();
    else client.end(end);
  });
  client.pipe(target);
  target.pipe(client);
}
