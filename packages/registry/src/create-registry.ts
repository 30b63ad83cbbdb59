import { type CallOptions, ChatError, validateRequest } from '@sluice/core';
import { type AttemptPolicy, attemptInOrder } from './attempts.ts';
import { combinedCapabilities } from './combined-capabilities.ts';
import { createDirectory } from './directory.ts';
import { limitsOf } from './limits.ts';
import { listByProvider, merged } from './list-models.ts';
import { planFor, refusedByAll } from './plan.ts';
import type { Registry, RegistryConfig } from './registry.ts';
import { resolve } from './resolve.ts';
import { createRoutes } from './routes.ts';

const defaultMaxAttempts = 3;

/**
 * Puts several providers behind one. A request goes to the target that its model names; if that fails before its answer
 * begins, to the next one that can take it. Nothing is called before the first request.
 *
 * Throws a `TypeError` that names the path for a wrong configuration.
 *
 * @example
 * const registry = createRegistry({
 *   providers: [{ provider: createH2o(), manifest: h2oManifest }, { provider: createYlokh(), manifest: ylokhManifest }],
 *   routes: { fast: ['ylokh:gpt-3.5-turbo', 'h2o'] },
 * });
 * const stream = await registry.stream({ model: 'fast', messages: [{ role: 'user', content: 'Hello' }] });
 * console.log(stream.route?.target);
 */
export function createRegistry(config: RegistryConfig): Registry {
  const { id = 'registry' } = config;
  const directory = createDirectory(config.providers);
  const routes = createRoutes(config, directory);
  const members = [...directory.members.values()];
  const policy = policyOf(config);
  let closed = false;

  const throwIfClosed = (): void => {
    if (closed) throw new ChatError('aborted', `${id} was closed`, { provider: id });
  };

  const limited = (options: CallOptions): CallOptions => ({
    ...options,
    timeout: limitsOf(options, policy.timeouts),
  });

  return {
    id,
    capabilities: combinedCapabilities(members.map(({ provider }) => provider.capabilities)),
    providers: members,
    routes: [...routes.named.keys()],
    plan(request) {
      validateRequest(request);
      return planFor(resolve(request.model, directory, routes), request).decision;
    },
    async stream(request, options = {}) {
      throwIfClosed();
      validateRequest(request);
      const plan = planFor(resolve(request.model, directory, routes), request);
      if (plan.targets.length === 0) throw refusedByAll(plan);
      return attemptInOrder(plan, request, options, policy);
    },
    async listModels(options = {}) {
      return merged(await listByProvider(members, limited(options)));
    },
    async listModelsByProvider(options = {}) {
      return listByProvider(members, limited(options));
    },
    async close() {
      closed = true;
      const closing = await Promise.allSettled(members.map(({ provider }) => provider.close()));
      for (const outcome of closing) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}

function policyOf({
  maxAttempts = defaultMaxAttempts,
  timeout,
  onContentFilter,
}: RegistryConfig): AttemptPolicy {
  if (!Number.isSafeInteger(maxAttempts) || maxAttempts < 1) {
    throw new TypeError(`maxAttempts must be a whole number from 1, got ${String(maxAttempts)}`);
  }
  return {
    maxAttempts,
    timeouts: typeof timeout === 'number' ? { total: timeout } : (timeout ?? {}),
    failOverContentFilter: onContentFilter === 'next',
    clock: () => performance.now(),
  };
}
