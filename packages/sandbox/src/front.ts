import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HandlerOf } from './request-handler.ts';
import type { SandboxUrls } from './sandbox.ts';
import { SERVICE_NAMES, type Service, type ServiceName } from './service.ts';

/** Serves the list of services at `/` and each service under `/<name>`. */
export function createFront(
  services: Readonly<Record<ServiceName, Service>>,
  handlerOf: HandlerOf,
  urls: () => SandboxUrls,
): (request: IncomingMessage, response: ServerResponse) => void {
  const mounts = SERVICE_NAMES.map((name) => ({
    prefix: `/${name}`,
    handle: handlerOf(services[name], `/${name}`),
  }));
  return (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const mount = mounts.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (mount !== undefined) {
      mount.handle(request, response);
      return;
    }
    const known = path === '/';
    const body = known
      ? { sandbox: 'sluice', urls: urls(), mounts: mounts.map(({ prefix }) => prefix) }
      : { error: `Nothing is at ${path}. GET / lists the services.` };
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body, null, 2));
  };
}
