import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createGateway, type ServerSettings } from '@sluice/gateway';
import { createRegistry, type Registry } from '@sluice/registry';
import { registryDefaults } from './lane.ts';
import type { Stage } from './stage.ts';

/** A gateway of its own settings, for one cell. */
export interface Door extends AsyncDisposable {
  readonly url: string;
  readonly app: ReturnType<typeof createGateway>;
  readonly registry: Registry;
  /** What it logged of each request that is over. */
  readonly lines: readonly AccessLine[];
  /** A connection on which a client writes its own bytes. */
  connect(): Promise<Socket>;
}

/** As much of an access line as is looked at. */
export interface AccessLine {
  readonly msg: string;
  readonly ending: string;
  readonly status: number;
}

export async function openDoor(
  stage: Stage,
  server: ServerSettings = {},
  env: { readonly [name: string]: string } = {},
): Promise<Door> {
  const registry = createRegistry({ ...registryDefaults, providers: [stage.createProvider()] });
  const lines: AccessLine[] = [];
  const stream = {
    write(line: string) {
      const parsed = JSON.parse(line) as AccessLine;
      if (parsed.msg === 'request') lines.push(parsed);
    },
  };
  const app = createGateway({ registry, server, env, logger: { stream } });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    registry,
    lines,
    async connect() {
      const socket = connect(port, '127.0.0.1');
      // A connection that breaks is what some faults are about.
      socket.on('error', () => {});
      await once(socket, 'connect');
      return socket;
    },
    async [Symbol.asyncDispose]() {
      await app.sluice.drain(0);
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** A chat request as bytes. */
export function rawRequest(body: string, headers: readonly string[] = []): string {
  return [
    'POST /v1/chat/completions HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
    '',
    body,
  ].join('\r\n');
}
