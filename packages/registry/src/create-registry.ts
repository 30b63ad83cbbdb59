import { type CallOptions, ChatError, validateRequest } from '@sluice/core';
import { Call } from './call.ts';
import { callChoices } from './call-choices.ts';
import { limitsOf } from './call-limits.ts';
import { checkSettings } from './check-settings.ts';
import { combinedCapabilities } from './combined-capabilities.ts';
import { createEngine } from './create-engine.ts';
import { createDirectory, type Directory } from './directory.ts';
import { inTime } from './in-time.ts';
import { listByProvider, merged } from './list-models.ts';
import { planFor } from './plan.ts';
import type { Registry, RegistryConfig } from './registry.ts';
import { resolve } from './resolve.ts';
import { resumingStream } from './resuming-stream.ts';
import { createRoutes } from './routes.ts';
import { snapshotOf } from './snapshot.ts';
import { createTargetState } from './target-state.ts';

/** How long a provider may take to close, in milliseconds: longer than the clean-up of any call that is still under way. */
const longestCloseMs = 10_000;

/**
 * Puts several providers behind one. A request goes to the best of the targets that its model names; if that fails before its
 * answer begins, to the next one that can take it. Nothing is called before the first request.
 *
 * Throws a `TypeError` that names the path for a wrong configuration.
 *
 * @example
 * const registry = createRegistry({
 *   providers: [{ provider: createH2o(), manifest: h2oManifest }, { provider: createYlokh(), manifest: ylokhManifest }],
 *   routes: { fast: { targets: ['ylokh:gpt-3.5-turbo', 'h2o'], strategy: 'latency' } },
 * });
 * const stream = await registry.stream({ model: 'fast', messages: [{ role: 'user', content: 'Hello' }] });
 * console.log(stream.route?.target);
 */
export function createRegistry(config: RegistryConfig): Registry {
  checkSettings(config);
  const { id = 'registry' } = config;
  const { engine, shared, random, link } = createEngine(id, config, () => directory);
  const { timers, cooldowns, retryBudget, hedgeBudget } = engine;
  const directory: Directory = createDirectory(config.providers, (target, member, settings) =>
    createTargetState(target, member, settings, shared),
  );
  const routes = createRoutes(config, directory);
  const members = [...directory.members.values()];
  link?.connect();
  let closed = false;

  const throwIfClosed = (): void => {
    if (closed) throw new ChatError('aborted', `${id} was closed`, { provider: id });
  };

  /** What no target is to blame for is told as the registry's own: whoever calls it knows one provider. */
  const named = (error: unknown): never => {
    if (ChatError.is(error) && error.provider === undefined) error.provider = id;
    throw error;
  };

  const list = (options: CallOptions) =>
    listByProvider(members, {
      options: { ...options, timeout: limitsOf(options, engine.timeouts) },
      timers,
    });

  return {
    id,
    instance: engine.origin.instance,
    capabilities: combinedCapabilities(members.map(({ provider }) => provider.capabilities)),
    providers: members,
    routes: [...routes.named.keys()],
    plan(request) {
      validateRequest(request);
      callChoices(request, id);
      const resolution = resolve(request.model, directory, routes, 'peek');
      return planFor(resolution, request, { cooldowns, nowMs: timers.now(), random: random.peek() }).decision;
    },
    snapshot: () =>
      snapshotOf({
        id,
        targets: directory.targets(),
        cooldowns,
        retryBudget,
        hedgeBudget,
        nowMs: timers.now(),
      }),
    async stream(request, options = {}) {
      throwIfClosed();
      validateRequest(request);
      try {
        const { resume: wanted } = callChoices(request, id);
        const nowMs = timers.now();
        retryBudget.request(nowMs);
        hedgeBudget.request(nowMs);
        const resolution = resolve(request.model, directory, routes, 'recent');
        const plan = planFor(resolution, request, { cooldowns, nowMs, random: random.next });
        resolution.route.sequence += 1;
        const resume = wanted ?? resolution.route.options.resume ?? false;
        const call = new Call(engine, plan, request, options, resume !== false);
        const stream = await call.open();
        return resume === false ? stream : await resumingStream(call, stream, request, resume);
      } catch (error) {
        return named(error);
      }
    },
    async listModels(options = {}) {
      return merged(await list(options).catch(named));
    },
    async listModelsByProvider(options = {}) {
      return list(options).catch(named);
    },
    async close() {
      closed = true;
      const providers = new Set(
        members.flatMap(({ provider, credentials }) => [provider, ...credentials.map((key) => key.provider)]),
      );
      const closing = await Promise.allSettled([
        ...Array.from(providers, async (provider) => {
          const tooLong = `${provider.id} did not close within ${longestCloseMs / 1_000} s`;
          await inTime(Promise.resolve(provider.close()), longestCloseMs, tooLong, timers);
        }),
        link?.close(),
      ]);
      for (const outcome of closing) if (outcome.status === 'rejected') throw outcome.reason;
    },
  };
}
