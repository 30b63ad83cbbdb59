import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../chat/refusal.ts';
import type { Exchange } from './exchanges.ts';
import type { InnerControl } from './gateway-control.ts';
import type { CallerKey } from './key-ring.ts';
import { hostName, isLoopback } from './loopback.ts';

const callers = new WeakMap<Exchange, CallerKey>();

/** The key with which a request came; nothing where none is needed. */
export function callerOf(exchange: Exchange): CallerKey | undefined {
  return callers.get(exchange);
}

/** Lets in who may come in. Without keys that is this machine alone, called by its own name. */
export function addAccessHooks(
  instance: FastifyInstance,
  { exchanges }: InnerControl,
  isOpen: boolean,
): void {
  instance.addHook('onRequest', (request, _reply, done) => {
    const access = request.routeOptions.config.sluice?.access ?? 'open';
    if (access === 'open') return done();
    try {
      const { keys, settings } = request.sluice.generation;
      if (access === 'metrics' && settings.metrics === 'off') throw unknownPath(request);
      if (keys.size === 0) {
        if (!isOpen) checkLocal(request, settings.allowedHosts);
      } else if (access !== 'metrics' || settings.metrics === 'key') {
        const key = keyOf(request);
        enter(request.sluice, key);
        if (access !== 'key' && !key.isUnrestricted)
          throw new Refusal(
            'not-allowed',
            `the key ${key.name} is restricted to models and may not see this`,
          );
      }
      done();
    } catch (error) {
      done(error as Error);
    }
  });

  function enter(exchange: Exchange, key: CallerKey): void {
    callers.set(exchange, key);
    exchange.record.key = key.name;
    if (key.concurrency === undefined) return;
    if (!exchanges.takePlace(key.name, key.concurrency)) {
      throw new Refusal(
        'too-many-at-once',
        `the key ${key.name} has ${key.concurrency} requests under way, as many as it may`,
        { retryAfterMs: 1_000 },
      );
    }
    exchange.record.hasPlace = true;
  }
}

export function unknownPath({ method, url }: FastifyRequest): Refusal {
  const path = (url.split('?', 1)[0] ?? '').slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
  return new Refusal('unknown-path', `Invalid URL (${method} ${path})`);
}

function keyOf({ headers, sluice }: FastifyRequest): CallerKey {
  const shown = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (shown === undefined) {
    throw new Refusal('no-key', 'You didn\'t provide an API key: send it as "Authorization: Bearer <key>".', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  const key = sluice.generation.keys.find(shown);
  if (!key) {
    throw new Refusal('wrong-key', 'Incorrect API key provided.', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  }
  return key;
}

/**
 * Without keys, only this machine is let in. The `Host` is looked at because a web page can have its own name resolved to
 * 127.0.0.1 and then call us in its visitor's name.
 */
function checkLocal({ raw, headers }: FastifyRequest, allowedHosts: readonly string[]): void {
  const { localAddress = '' } = raw.socket;
  if (!isLoopback(localAddress)) {
    throw new Refusal('not-allowed', 'this server has no keys, so it answers on loopback only: give it keys');
  }
  const host = hostName(headers.host ?? '');
  if (isLoopback(host) || allowedHosts.includes(host)) return;
  throw new Refusal(
    'wrong-host',
    'this server has no keys, so it must be called by a loopback address or a name in allowedHosts',
  );
}
