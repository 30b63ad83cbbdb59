import type { Registry } from '@sluice/registry';
import { checkServerSettings } from '../config/check-server-settings.ts';
import { needRestart, type ServerSettings, settled } from '../config/server-settings.ts';
import { createExchanges, type Exchanges } from './exchanges.ts';
import { createGenerations, type Generation, type Generations } from './generations.ts';
import { createKeyRing, type Environment } from './key-ring.ts';
import { createMetrics, type GatewayMetrics } from './metrics.ts';
import { createModelList } from './model-list.ts';

/** What serves: a registry and the door's settings. */
export interface GatewayContent {
  readonly registry: Registry;
  /** `server` of a configuration; checked here. Default: the defaults. */
  readonly server?: ServerSettings | { readonly [key: string]: unknown };
}

/** How the control of a gateway is made. */
export interface GatewayControlOptions extends GatewayContent {
  /** Where the values of `keys[].env` come from. Default `process.env`. */
  readonly env?: Environment;
  /** Whether registries are closed once no request needs them: at a reload and at the end. Default `true`. */
  readonly closeRegistry?: boolean;
}

/** What became of a reload. */
export interface ReloadOutcome {
  /** Settings that differ and hold from the next start on. */
  readonly needRestart: readonly string[];
}

/** The hands on an open gateway. */
export interface GatewayControl {
  readonly isDraining: boolean;
  /** Requests under way. */
  readonly inFlight: number;
  readonly registry: Registry;
  /**
   * New requests get this registry, these keys and these settings from now on, all at once; those under way keep theirs, and
   * the last of them closes the old registry. Throws a `ConfigError` and changes nothing if something is wrong, or an `Error`
   * if the gateway is closed; the new registry is then closed.
   */
  reload(next: GatewayContent): ReloadOutcome;
  /**
   * Refuses new requests and lets those under way end; what is left after `withinMs` (default: `drainMs`) is cut with an
   * error. Answers whether all ended by themselves.
   */
  drain(withinMs?: number): Promise<boolean>;
  /** Resolves once everything is closed, the registries too. */
  readonly closed: Promise<void>;
}

/** The same with what the rooms of this package share. */
export interface InnerControl extends GatewayControl {
  readonly generations: Generations;
  readonly exchanges: Exchanges;
  readonly metrics: GatewayMetrics;
  readonly first: Generation;
  close(): Promise<void>;
}

/** What a cut request has to say its last words, in milliseconds. */
const lastWordsMs = 1_000;

export function createControl(options: GatewayControlOptions): InnerControl {
  const { env = process.env, closeRegistry = true } = options;
  const generationOf = ({ registry, server = {} }: GatewayContent): Generation => {
    const settings = settled(checkServerSettings(server));
    return {
      registry,
      settings,
      keys: createKeyRing(settings.keys, env),
      models: createModelList(registry, settings.modelsCacheMs, () => performance.now()),
    };
  };
  const first = generationOf(options);
  const generations = createGenerations(first, async (registry) => {
    if (closeRegistry) await registry.close();
  });
  const exchanges = createExchanges();
  const metrics = createMetrics({
    inFlight: () => exchanges.size,
    registry: () => generations.current.registry,
    isOurs: generations.knows,
  });
  let isDraining = false;
  let cutAt = Number.POSITIVE_INFINITY;
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  // Whoever calls close() is told of a failure there.
  closed.catch(() => {});
  let isClosing = false;
  return {
    first,
    generations,
    exchanges,
    metrics,
    get isDraining() {
      return isDraining;
    },
    get inFlight() {
      return exchanges.size;
    },
    get registry() {
      return generations.current.registry;
    },
    reload(next) {
      let generation: Generation;
      try {
        // Nobody would close what comes after the end.
        if (isClosing) throw new Error('the gateway is closed, and loads nothing anew');
        generation = generationOf(next);
      } catch (error) {
        if (closeRegistry && next.registry !== generations.current.registry) {
          void next.registry.close().catch(() => {});
        }
        throw error;
      }
      metrics.serves(generation.registry);
      generations.replace(generation);
      return { needRestart: needRestart(first.settings, generation.settings) };
    },
    async drain(withinMs = generations.current.settings.drainMs) {
      isDraining = true;
      // Whoever drains once more can only shorten it.
      cutAt = Math.min(cutAt, performance.now() + withinMs);
      if (await exchanges.empty(Math.max(0, cutAt - performance.now()))) return true;
      exchanges.cutAll();
      await exchanges.empty(lastWordsMs);
      return false;
    },
    closed,
    close() {
      if (!isClosing) {
        isClosing = true;
        metrics.close();
        generations.close().then(resolve, reject);
      }
      return closed;
    },
  };
}
