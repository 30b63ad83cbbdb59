import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../chat/refusal.ts';
import { callerOf } from './access-hooks.ts';

const minuteMs = 60_000;

/** Counts the requests of each key within a minute, for the routes whose `config.rateLimit` says so. */
export async function addRateLimit(instance: FastifyInstance): Promise<void> {
  const limitOf = (request: FastifyRequest): number | undefined =>
    callerOf(request.sluice)?.requestsPerMinute;
  await instance.register(rateLimit, {
    global: false,
    timeWindow: minuteMs,
    keyGenerator: (request) => callerOf(request.sluice)?.name ?? '',
    max: (request) => limitOf(request) ?? 0,
    allowList: (request) => limitOf(request) === undefined,
    errorResponseBuilder: (request, { max, ttl }) =>
      new Refusal(
        'too-many-requests',
        `the key ${callerOf(request.sluice)?.name} may send ${max} requests a minute`,
        { retryAfterMs: ttl },
      ),
  });
}
