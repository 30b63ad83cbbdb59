import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createGateway } from '@sluice/gateway';
import { type Registry, type RegistryConfig, systemTimers } from '@sluice/registry';
import {
  createBlackhole,
  createBrokenTlsServer,
  createSandbox,
  type ReplyRequest,
  type Sandbox,
  type UnreachableServer,
} from '@sluice/sandbox';
import { secondService } from './subjects.ts';
import type { Address } from './wire-row.ts';

/** What every answer says: characters of one to four bytes, quotes, and enough pieces for a fault to fall between them. */
export const sayings: readonly string[] = [
  'Grüße',
  ' von',
  ' 🦙',
  ' und',
  ' 👩‍💻',
  ':',
  ' 日本語',
  ',',
  ' "q"',
  ' \\',
  '\n',
  'Ende',
  '.',
];

/** What the second target says: no piece of it must ever stand in an answer of the first. */
export const secondSayings: readonly string[] = ['The', ' second', ' answers', '.'];

/** Upstreams and a door of its own: what runs in one lane is seen by no other. */
export interface Lane {
  readonly sandbox: Sandbox;
  /** What its upstreams say, where a cell wants nothing else. */
  readonly reply: (request: ReplyRequest) => readonly string[];
  urlAt(address: Address): string;
  /** The gateway before this registry, which it does not close. */
  gatewayFor(registry: Registry): Promise<string>;
  /** A client that writes its own bytes to the gateway. */
  rawClient(): Promise<Socket>;
  /** Connections to the servers below HTTP that are open now. */
  readonly openElsewhere: number;
  close(): Promise<void>;
}

/** Nobody listens on port 1, and no name server is asked for a name with a label of more than 63 characters (RFC 1035). */
const unreachable = {
  refusing: 'http://127.0.0.1:1',
  'unknown-name': `http://${'x'.repeat(64)}.test`,
} as const;

/** Opens a lane. */
export async function openLane(): Promise<Lane> {
  const reply: Lane['reply'] = ({ service }) => (service === secondService ? secondSayings : sayings);
  const sandbox = await createSandbox({
    reply,
    services: { h2o: { stopDelayMs: 0 } },
  });
  const silent = await createBlackhole();
  const brokenTls = await createBrokenTlsServer();
  const elsewhere: readonly UnreachableServer[] = [silent, brokenTls];
  const addresses: { readonly [Name in Address]: string } = {
    ...unreachable,
    silent: silent.url,
    'silent-tls': silent.url.replace('http:', 'https:'),
    'broken-tls': brokenTls.url,
  };
  let door: { readonly app: Door; readonly url: string } | undefined;
  return {
    sandbox,
    reply,
    urlAt: (address) => addresses[address],
    async gatewayFor(registry) {
      // Making a door costs more than all that goes through it in one cell.
      if (door) door.app.sluice.reload({ registry });
      else door = await openDoor(registry);
      return door.url;
    },
    async rawClient() {
      if (!door) throw new Error('there is no gateway in this lane yet');
      const socket = connect(Number(new URL(door.url).port), '127.0.0.1');
      // A connection that breaks is what some faults are about.
      socket.on('error', () => {});
      await once(socket, 'connect');
      return socket;
    },
    get openElsewhere() {
      return elsewhere.reduce((sum, { openSockets }) => sum + openSockets, 0);
    },
    async close() {
      door?.app.server.closeAllConnections();
      await door?.app.close();
      await Promise.all([sandbox.close(), ...elsewhere.map((server) => server.close())]);
    },
  };
}

type Door = ReturnType<typeof createGateway>;

async function openDoor(registry: Registry): Promise<{ readonly app: Door; readonly url: string }> {
  const app = createGateway({ registry, closeRegistry: false });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` };
}

/**
 * How registries of the matrix are made: quick backoffs, no wait of seconds, and always the same choices. Their clock goes a
 * thousand times slower, so that health forgets nothing while a busy machine takes its time.
 */
export const registryDefaults: Omit<RegistryConfig, 'providers'> = {
  timers: { ...systemTimers, now: () => systemTimers.now() / 1_000 },
  strategy: 'ordered',
  retry: { baseMs: 1, maxMs: 2, maxWaitMs: 1_000 },
  seed: 1,
};
