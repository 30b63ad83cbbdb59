import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { importUndici } from '../../client/clients/undici.ts';
import { model, type OpenDoor } from '../door.ts';

/** node:http and undici, bytes passed through as they are: what the least door costs that one writes by hand. */
export const floor: OpenDoor = async (upstream) => {
  const { request, Agent } = await importUndici();
  const dispatcher = new Agent();
  const server = createServer(async (incoming, outgoing) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const reply = await request(`${upstream}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat(pieces).toString('utf8'),
      dispatcher,
    });
    outgoing.writeHead(reply.statusCode, { 'content-type': String(reply.headers['content-type']) });
    for await (const chunk of reply.body) {
      if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once('drain', resolve));
    }
    outgoing.end();
  });
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, resolve),
  );
  const { port } = server.address() as AddressInfo;
  return { baseURL: `http://127.0.0.1:${port}/v1`, model };
};
