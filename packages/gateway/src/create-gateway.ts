import type { Server } from 'node:http';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import type { SettledSettings } from './config/server-settings.ts';
import { openaiWire } from './openai/openai-wire.ts';
import { addGateway } from './register-sluice.ts';
import { clientErrorHandler } from './server/client-error.ts';
import { answerBadAddress } from './server/failure-answers.ts';
import { createControl, type GatewayControl, type GatewayControlOptions } from './server/gateway-control.ts';
import { type GatewayLogger, loggerOptions } from './server/logging.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Reload, drain and state of the gateway; on instances of `createGateway`. */
    sluice: GatewayControl;
  }
}

/** What a gateway is made of. */
export interface GatewayConfig extends GatewayControlOptions {
  /** `true`: structured lines on stdout; or a level with a stream; or a logger of your own. Default `false`. */
  readonly logger?: GatewayLogger;
}

/** How often Node looks for requests that take too long, in milliseconds: they get that much more time at most. */
const checkEveryMs = 1_000;

/**
 * The OpenAI-compatible door before a registry: a Fastify instance that does not listen yet. `close()` drains it first:
 * new requests get 503, running ones `drainMs` to end. Without keys it answers on loopback only.
 *
 * Throws a `ConfigError` that names what is wrong in `server`, or a variable of a key that is not set.
 *
 * @example
 * const gateway = createGateway({ registry, server: { keys: [{ name: 'team', env: 'TEAM_KEY' }] } });
 * await gateway.listen({ port: 7300 });
 */
export function createGateway(config: GatewayConfig): FastifyInstance {
  const control = createControl(config);
  const app = Fastify(serverOptions(control.first.settings, config.logger));
  app.decorate('sluice', control);
  app.addHook('preClose', async () => {
    const ended = await control.drain();
    // Sockets that never finished their request would keep the server open.
    if (!ended) app.server.closeAllConnections();
  });
  app.addHook('onClose', () => control.close());
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // This door has no pages. TLS, and with it HSTS, is the matter of the proxy in front.
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  app.register(async (instance) => addGateway(instance, control, { ownsUnknownPaths: true }));
  return app;
}

function serverOptions(
  settings: SettledSettings,
  logger: GatewayLogger | undefined,
): FastifyHttpOptions<Server> {
  return {
    ...loggerOptions(logger),
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    // Ours answers, in OpenAI's shape.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // It would also end the wait for running streams at the close, after 10 s.
    pluginTimeout: 0,
    trustProxy: settings.trustProxy,
    clientErrorHandler: clientErrorHandler(openaiWire),
    frameworkErrors: (error, request, reply) => answerBadAddress(error, request, reply, openaiWire),
    routerOptions: { maxParamLength: 512 },
    http: {
      maxHeaderSize: settings.headerLimitBytes,
      headersTimeout: Math.min(settings.headersTimeoutMs, settings.requestTimeoutMs),
      connectionsCheckingInterval: checkEveryMs,
    },
  };
}
