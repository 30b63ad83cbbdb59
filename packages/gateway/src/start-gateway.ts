import { bounded, redact } from '@sluice/core';
import { ConfigError } from '@sluice/registry/config';
import type { FastifyInstance } from 'fastify';
import { checkServerSettings } from './config/check-server-settings.ts';
import { settled } from './config/server-settings.ts';
import { createGateway, type GatewayConfig } from './create-gateway.ts';
import { errorForLog } from './server/error-for-log.ts';
import type { GatewayContent, ReloadOutcome } from './server/gateway-control.ts';
import { isLoopback } from './server/loopback.ts';

/** Signals that a gateway may listen to: an emitter such as `process`. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** How a gateway is started. */
export interface StartOptions extends Omit<GatewayConfig, 'registry' | 'server'> {
  /** Makes the registry and the settings: called at the start and for each reload. What it throws at the start is thrown; at a reload the old content stays. */
  readonly load: () => GatewayContent | Promise<GatewayContent>;
  /** SIGTERM and SIGINT drain and close, the second one closes at once; SIGHUP reloads. Default: none. */
  readonly signals?: SignalSource;
  /** Wins over the settings. */
  readonly host?: string;
  /** Wins over the settings. */
  readonly port?: number;
  /** Told of each reload, also of one that failed. */
  readonly onReload?: (outcome: ReloadOutcome | { readonly error: unknown }) => void;
}

/** A gateway that listens. */
export interface RunningGateway {
  /** For example `http://127.0.0.1:7300`. An OpenAI client's base URL is this with `/v1`. */
  readonly url: string;
  readonly app: FastifyInstance;
  /** Loads anew and swaps. Throws what the loading throws, and then nothing has changed. */
  reload(): Promise<ReloadOutcome>;
  /** Drains and closes. */
  close(): Promise<void>;
  /** Resolves once it is closed, by whomever. */
  readonly closed: Promise<void>;
}

/**
 * Starts a gateway: loads, listens, and follows signals until it is closed.
 *
 * Throws what `load` throws, a `ConfigError` for wrong settings or an address that others reach without a key, and the
 * system's error if the port is taken.
 *
 * @example
 * const gateway = await startGateway({ load: async () => ({ registry: createRegistry(config) }), signals: process });
 * console.error(`listening on ${gateway.url}`);
 * await gateway.closed;
 */
export async function startGateway(options: StartOptions): Promise<RunningGateway> {
  const { load, signals, onReload, host, port, ...rest } = options;
  const content = await load();
  let app: FastifyInstance | undefined;
  try {
    const settings = settled(checkServerSettings(content.server ?? {}));
    const address = { host: host ?? settings.host, port: port ?? settings.port };
    if (settings.keys.length === 0 && !isLoopback(address.host)) {
      const message = `${address.host} can be reached by others: give it keys, or listen on 127.0.0.1`;
      throw new ConfigError([{ path: ['server', 'host'], message }]);
    }
    app = createGateway({ ...rest, ...content });
    await app.listen(address);
  } catch (error) {
    if (app) await app.close();
    else if (rest.closeRegistry ?? true) await content.registry.close();
    throw error;
  }
  return running(app, { load, signals, onReload });
}

function running(
  app: FastifyInstance,
  {
    load,
    signals,
    onReload,
  }: Pick<StartOptions, 'load'> & {
    signals: SignalSource | undefined;
    onReload: StartOptions['onReload'] | undefined;
  },
): RunningGateway {
  let reloading: Promise<unknown> = Promise.resolve();

  const reload = (): Promise<ReloadOutcome> => {
    // One after the other: the last one asked for is the one that stays.
    const next = reloading.then(async () => {
      try {
        const outcome = app.sluice.reload(await load());
        app.log.info({ needRestart: outcome.needRestart }, 'configuration reloaded');
        onReload?.(outcome);
        return outcome;
      } catch (error) {
        // What was loaded too late is nobody's concern.
        if (!app.server.listening) throw error;
        // Nothing of a call is in here: its words may be shown.
        const reason = bounded(redact(error instanceof Error ? error.message : ''), 2_000);
        app.log.error({ error: errorForLog(error), reason }, 'configuration not reloaded; the old one stays');
        onReload?.({ error });
        throw error;
      }
    });
    reloading = next.catch(() => {});
    return next;
  };

  let asked = 0;
  const onStop = (): void => {
    asked += 1;
    // At once, so that no request slips in between the signal and the close.
    void app.sluice.drain(asked === 1 ? undefined : 0);
    void app.close();
  };
  const onHangUp = (): void => void reload().catch(() => {});
  const followed: readonly (readonly [NodeJS.Signals, () => void])[] = [
    ['SIGTERM', onStop],
    ['SIGINT', onStop],
    ['SIGHUP', onHangUp],
  ];
  for (const [signal, listener] of followed) signals?.on(signal, listener);
  app.server.once('close', () => {
    for (const [signal, listener] of followed) signals?.off(signal, listener);
  });

  const address = app.server.address();
  const { family, address: name, port } = address as { family: string; address: string; port: number };
  return {
    url: `http://${family === 'IPv6' ? `[${name}]` : name}:${port}`,
    app,
    reload,
    async close() {
      await app.close();
    },
    closed: app.sluice.closed,
  };
}
