import cors from '@fastify/cors';
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { addOpenaiRoutes } from './openai/openai-routes.ts';
import { openaiWire } from './openai/openai-wire.ts';
import { addAccessHooks } from './server/access-hooks.ts';
import { addExchangeHooks } from './server/exchange-hooks.ts';
import { addFailureAnswers, addUnknownPathAnswers } from './server/failure-answers.ts';
import {
  createControl,
  type GatewayControl,
  type GatewayControlOptions,
  type InnerControl,
} from './server/gateway-control.ts';
import { addOperatorRoutes } from './server/operator-routes.ts';
import { addRateLimit } from './server/rate-limit.ts';

/** Options of the plugin. */
export interface RegisterSluiceOptions extends GatewayControlOptions {
  /** The server that it is registered in decides who may come in: without `keys`, everybody is let through. Default `false`. */
  readonly openAccess?: boolean;
  /** Answers unknown paths under the plugin's prefix, too. Default `false`, unless it has a prefix. */
  readonly ownsUnknownPaths?: boolean;
  /** Given the gateway's control once it is registered: for reloads and a drain of your own. */
  readonly onControl?: (control: GatewayControl) => void;
}

/**
 * All of the gateway's endpoints as a Fastify plugin, for a server of your own. It keeps its hooks, errors and limits to its
 * own routes; address, timeouts, body limit and log are the server's. Closing the server drains it.
 *
 * @example
 * const app = Fastify({ bodyLimit: 32 * 1024 * 1024 });
 * await app.register(registerSluice, { registry, prefix: '/llm', openAccess: true });
 */
export const registerSluice: FastifyPluginAsync<RegisterSluiceOptions> = async (instance, options) => {
  const control = createControl(options);
  instance.addHook('preClose', async () => {
    // Not waited for here: Fastify gives a hook `pluginTimeout` and no more. The server itself waits for running streams, and
    // then for their idle connections.
    void control.drain().then(() => instance.server.closeIdleConnections());
  });
  instance.addHook('onClose', () => control.close());
  await addGateway(instance, control, options);
  options.onControl?.(control);
};

/** Puts the gateway's hooks and routes into a scope of their own. */
export async function addGateway(
  instance: FastifyInstance,
  control: InnerControl,
  { openAccess = false, ownsUnknownPaths = instance.prefix !== '' }: Omit<RegisterSluiceOptions, 'registry'>,
): Promise<void> {
  const { settings } = control.first;
  // Browsers may send text without asking first; nothing here takes it.
  instance.removeContentTypeParser('text/plain');
  addFailureAnswers(instance, openaiWire);
  addExchangeHooks(instance, control);
  if (settings.cors) {
    await instance.register(cors, {
      origin: settings.cors.origins.includes('*') ? '*' : [...settings.cors.origins],
      methods: ['GET', 'POST'],
      exposedHeaders: [
        'x-request-id',
        'x-sluice-route',
        'x-sluice-warnings',
        'retry-after',
        'retry-after-ms',
      ],
      maxAge: 600,
    });
  }
  addAccessHooks(instance, control, openAccess);
  await addRateLimit(instance);
  if (ownsUnknownPaths) addUnknownPathAnswers(instance);
  addOpenaiRoutes(instance);
  addOperatorRoutes(instance, control, openaiWire);
}
