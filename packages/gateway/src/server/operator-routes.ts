import { explain } from '@sluice/registry';
import type { FastifyInstance } from 'fastify';
import { checkModel } from '../chat/answer-chat.ts';
import type { ClientWire } from '../chat/client-wire.ts';
import type { InnerControl } from './gateway-control.ts';
import { openapiDocument } from './openapi-document.ts';

/** What operators and their tools call: plans, the state of providers, health, metrics, and the description of it all. */
export function addOperatorRoutes(instance: FastifyInstance, control: InnerControl, wire: ClientWire): void {
  instance.post(
    '/v1/route/plan',
    { config: { sluice: { access: 'key' }, rateLimit: {} } },
    async ({ sluice, body }) => {
      const { registry, settings } = sluice.generation;
      const { request, warnings } = wire.decode(body, settings);
      checkModel(sluice, request.model);
      const decision = registry.plan(request);
      return {
        object: 'route.plan',
        decision,
        explanation: explain(decision),
        warnings: warnings.map(({ message }) => message),
      };
    },
  );

  instance.get('/v1/providers', { config: { sluice: { access: 'full' } } }, async ({ sluice }) => {
    const { registry } = sluice.generation;
    const { targets, cooldowns, omitted } = registry.snapshot();
    return {
      object: 'list',
      data: registry.providers.map(({ id, provider, manifest, models, aliases, defaultModel }) => ({
        object: 'provider',
        id,
        ...(manifest === undefined ? {} : { title: manifest.title, working: manifest.working }),
        ...(defaultModel === undefined ? {} : { default_model: defaultModel }),
        models,
        aliases,
        capabilities: provider.capabilities,
        targets: targets.filter((target) => target.provider === id),
      })),
      routes: registry.routes,
      cooldowns,
      omitted_targets: omitted,
    };
  });

  instance.get('/metrics', { config: { sluice: { access: 'metrics' } } }, async (_request, reply) => {
    reply.type(control.metrics.contentType);
    return control.metrics.text();
  });

  const open = { config: { sluice: { access: 'open' } } } as const;
  instance.get('/healthz', open, async () => ({ status: 'ok' }));
  instance.get('/readyz', open, async (_request, reply) => {
    if (!control.isDraining) return { status: 'ready' };
    return reply.code(503).send({ status: 'draining' });
  });
  const document = openapiDocument();
  instance.get('/openapi.json', open, async () => document);
}
