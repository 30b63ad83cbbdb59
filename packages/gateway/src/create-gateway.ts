import type { Server } from 'node:http';
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import { openaiWire } from './openai/openai-wire.ts';
import { addGateway } from './register-sluice.ts';
import { clientErrorHandler, expectationHandler } from './server/client-error.ts';
import { answerBadAddress } from './server/failure-answers.ts';
import {
  createControl,
  type GatewayControl,
  type GatewayControlOptions,
  type InnerControl,
} from './server/gateway-control.ts';
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

/**
 * What browsers are told of every answer: it is data, and neither a page, nor a script, nor to be shown in a frame. The same for
 * all, so it is written once; working it out anew, as general plugins do, cost more than reading the request.
 */
const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

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
  const app = Fastify(serverOptions(control, config.logger));
  app.decorate('sluice', control);
  app.server.on('checkExpectation', expectationHandler(openaiWire));
  app.addHook('preClose', async () => {
    const ended = await control.drain();
    // Sockets that never finished their request would keep the server open.
    if (!ended) app.server.closeAllConnections();
  });
  app.addHook('onClose', () => control.close());
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(securityHeaders);
    done();
  });
  app.register(async (instance) => addGateway(instance, control, { ownsUnknownPaths: true }));
  return app;
}

function serverOptions(
  { first: { settings }, exchanges }: InnerControl,
  logger: GatewayLogger | undefined,
): FastifyHttpOptions<Server> {
  return {
    ...loggerOptions(logger),
    // Our lines have the request's id; a logger of its own for each request would say it once more.
    childLoggerFactory: (parent) => parent,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    // Ours answers, in OpenAI's shape.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // It would also end the wait for running streams at the close, after 10 s.
    pluginTimeout: 0,
    trustProxy: settings.trustProxy,
    clientErrorHandler: clientErrorHandler(openaiWire, exchanges),
    frameworkErrors: (error, request, reply) => answerBadAddress(error, request, reply, openaiWire),
    routerOptions: { maxParamLength: 512 },
    http: {
      maxHeaderSize: settings.headerLimitBytes,
      headersTimeout: Math.min(settings.headersTimeoutMs, settings.requestTimeoutMs),
      connectionsCheckingInterval: checkEveryMs,
      // Ours answers here, too.
      requireHostHeader: false,
    },
  };
}
