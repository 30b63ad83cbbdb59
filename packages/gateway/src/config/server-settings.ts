import type { UnsupportedParameters } from '../chat/client-wire.ts';

/** A key that callers show as `Authorization: Bearer …`. Its value stands in the environment, or is known by its hash alone. */
export interface KeyConfig {
  /** How logs and limits call it; not the key. */
  readonly name: string;
  /** The environment variable that holds the key. */
  readonly env?: string;
  /** SHA-256 of the key in hexadecimal digits, where the key itself should be known to its owner only. */
  readonly sha256?: string;
  /** What it may ask for: names of models, routes and providers as requests have them; `local:*` for all that begin so. Default: everything. */
  readonly models?: readonly string[];
  /** Requests within a minute. Default: no limit. */
  readonly requestsPerMinute?: number;
  /** Requests at the same time. Default: no limit. */
  readonly concurrency?: number;
}

/** Settings of the HTTP door: `server` in `sluice.config`. Those marked "at start" need a restart to change. */
export interface ServerSettings {
  /** Address to listen on; at start. Anything but loopback needs `keys`. Default `127.0.0.1`. */
  readonly host?: string;
  /** At start. 0 takes any free one. Default 7300. */
  readonly port?: number;
  /** Default: none, which is open to everybody on this machine and closed to everybody else. */
  readonly keys?: readonly KeyConfig[];
  /** Names by which this door may be called while it has no keys, beside `localhost` and loopback addresses. */
  readonly allowedHosts?: readonly string[];
  /** What becomes of parameters that no provider can be given. Default `refuse`. */
  readonly unsupportedParameters?: UnsupportedParameters;
  /** The most sequences that `stop` may have. OpenAI takes 4; a target that takes fewer than it is sent says so itself. Default 16. */
  readonly maxStopSequences?: number;
  /** The longest of them, in UTF-16 units. Default 256. */
  readonly maxStopCharacters?: number;
  /** The longest body; at start. Default 32 MiB. */
  readonly bodyLimitBytes?: number;
  /** The longest headers, all together; at start. Default 16 KiB. */
  readonly headerLimitBytes?: number;
  /** The longest that a client may take to send its request, in milliseconds; at start. Default 60 s. */
  readonly requestTimeoutMs?: number;
  /** The same for its headers alone; at start. Default 15 s. */
  readonly headersTimeoutMs?: number;
  /** How long an idle connection is kept, in milliseconds; at start. Default 72 s, longer than the usual 60 s of proxies in front. */
  readonly keepAliveTimeoutMs?: number;
  /** How long a client may leave its stream unread, or the rest of an answer that has ended, in milliseconds; 0 for as long as it likes. Default 120 s. */
  readonly slowReaderMs?: number;
  /** How long running requests may go on once the door closes, in milliseconds. Default 30 s. */
  readonly drainMs?: number;
  /** The most requests at the same time, all keys together. Default 5,000. */
  readonly maxInFlight?: number;
  /** Web pages that may call it from browsers; at start. Default: none. */
  readonly cors?: { readonly origins: readonly string[] };
  /** Who may read `/metrics`: everybody who reaches the door, those with an unrestricted key, or nobody. Default `key` where there are keys, else `open`. */
  readonly metrics?: 'open' | 'key' | 'off';
  /** How long the upstreams' lists of models are kept, in milliseconds. Default 60 s. */
  readonly modelsCacheMs?: number;
  /** Tell callers who answered, in `x-sluice-route`. Default `true`. */
  readonly routeHeader?: boolean;
  /** Believe `X-Forwarded-For` of a proxy in front; at start. Default `false`. */
  readonly trustProxy?: boolean;
}

/** The same with every default filled in. */
export interface SettledSettings
  extends Required<Omit<ServerSettings, 'cors' | 'metrics'>>,
    Pick<ServerSettings, 'cors'> {
  readonly metrics: 'open' | 'key' | 'off';
}

/** Fills in what was not set. */
export function settled(settings: ServerSettings): SettledSettings {
  const { keys = [], slowReaderMs = 120_000 } = settings;
  return {
    host: '127.0.0.1',
    port: 7300,
    allowedHosts: [],
    unsupportedParameters: 'refuse',
    maxStopSequences: 16,
    maxStopCharacters: 256,
    bodyLimitBytes: 32 * 1024 * 1024,
    headerLimitBytes: 16 * 1024,
    requestTimeoutMs: 60_000,
    headersTimeoutMs: 15_000,
    keepAliveTimeoutMs: 72_000,
    drainMs: 30_000,
    maxInFlight: 5_000,
    metrics: keys.length > 0 ? 'key' : 'open',
    modelsCacheMs: 60_000,
    routeHeader: true,
    trustProxy: false,
    ...settings,
    keys,
    slowReaderMs: slowReaderMs === 0 ? Number.POSITIVE_INFINITY : slowReaderMs,
  };
}

/** Settings that only a new start can change: sockets, parsers and plugins are made with them. */
const fixed = [
  'host',
  'port',
  'bodyLimitBytes',
  'headerLimitBytes',
  'requestTimeoutMs',
  'headersTimeoutMs',
  'keepAliveTimeoutMs',
  'cors',
  'trustProxy',
] as const satisfies readonly (keyof ServerSettings)[];

/** The names of settings that differ and cannot be changed while the door is open. */
export function needRestart(before: SettledSettings, after: SettledSettings): readonly string[] {
  return fixed.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
