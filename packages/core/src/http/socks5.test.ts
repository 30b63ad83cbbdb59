import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { complete } from '../complete.ts';
import { ask, echoProvider, failureOf } from '../echo-codec.fixture.ts';
import { type LocalServer, rawServer } from '../local-server.fixture.ts';
import { requestSocksTunnel } from './socks5.ts';

type Destination = Parameters<typeof requestSocksTunnel>[1];
type Login = Parameters<typeof requestSocksTunnel>[2];

const granted = [5, 0, 0, 1, 0, 0, 0, 0, 0, 0];

type Answer = readonly (number | 'close')[];

/** A proxy that answers the first, second… packet with these bytes, and what it heard. */
async function scripted(...answers: Answer[]): Promise<LocalServer & { heard: string[] }> {
  const heard: string[] = [];
  const server = await rawServer((socket) => {
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString('hex'));
      const answer = answers.shift() ?? [];
      socket.write(Buffer.from(answer.filter((byte) => byte !== 'close')));
      if (answer.includes('close')) socket.end();
    });
  });
  return Object.assign(server, { heard });
}

async function tunnel(proxy: LocalServer, to: Destination, login?: Login): Promise<Socket> {
  const [host, port] = proxy.host.split(':') as [string, string];
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  try {
    await requestSocksTunnel(socket, to, login);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

describe('a SOCKS5 tunnel', () => {
  it.each([
    ['a name', 'api.example', '030b6170692e6578616d706c65'],
    ['an address of IPv4', '192.0.2.7', '01c0000207'],
    ['an address of IPv6', '2001:db8::a:1', '0420010db80000000000000000000a0001'],
    ['the loopback of IPv6', '::1', '0400000000000000000000000000000001'],
    ['a long address of IPv6', '1:2:3:4:5:6:7:8', '0400010002000300040005000600070008'],
  ])('asks for %s', async (_what, host, wire) => {
    await using proxy = await scripted([5, 0], granted);
    const socket = await tunnel(proxy, { host, port: 443 });
    expect(proxy.heard).toEqual(['050100', `050100${wire}01bb`]);
    socket.destroy();
  });

  it('logs in where the proxy wants it, and does not where it does not', async () => {
    const login = { user: 'me', password: 'é' };
    await using wants = await scripted([5, 2], [1, 0], granted);
    (await tunnel(wants, { host: 'a', port: 1 }, login)).destroy();
    expect(wants.heard).toEqual(['05020002', '01026d6502c3a9', '05010003016100' + '01']);
    await using open = await scripted([5, 0], granted);
    (await tunnel(open, { host: 'a', port: 1 }, login)).destroy();
    expect(open.heard).toHaveLength(2);
  });

  it.each([
    ['an address of IPv4', [1, 9, 9, 9, 9]],
    ['an address of IPv6', [4, ...Array<number>(16).fill(9)]],
    ['a name', [3, 2, 9, 9]],
  ])('whose proxy is bound to %s begins with the byte after it', async (_what, bound) => {
    await using proxy = await scripted([5, 0], [5, 0, 0, ...bound, 9, 9, 0x68, 0x69]);
    const socket = await tunnel(proxy, { host: 'a', port: 1 });
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('hi');
    socket.destroy();
  });

  it.each([
    [
      'the host refused the connection',
      [
        [5, 0],
        [5, 5, 0, 1],
      ],
    ],
    [
      'it refused with code 99',
      [
        [5, 0],
        [5, 99, 0, 1],
      ],
    ],
    ['it wants a user name and password', [[5, 0xff]]],
    ['it does not speak SOCKS5', [[...Buffer.from('HTTP/1.1 400 Bad Request')]]],
    [
      'it does not speak SOCKS5',
      [
        [5, 0],
        [5, 0, 0, 7, 0, 0],
      ],
    ],
    ['it closed the connection', [['close']]],
    ['it closed the connection', [[5, 'close']]],
    ['it closed the connection', [[5, 0, 'close']]],
  ] as [string, Answer[]][])('is refused: %s', async (message, answers) => {
    await using proxy = await scripted(...answers);
    await expect(tunnel(proxy, { host: 'a', port: 1 })).rejects.toThrow(message);
  });

  it('cannot carry a user name of more than 255 bytes', async () => {
    await using proxy = await scripted();
    const login = { user: 'é'.repeat(128), password: 'p' };
    await expect(tunnel(proxy, { host: 'a', port: 1 }, login)).rejects.toMatchObject({
      code: 'invalid-request',
    });
  });

  it('that is refused tells nobody the password, not even where the error is printed with its cause', async () => {
    await using proxy = await scripted([5, 2], [1, 1]);
    const error = await failureOf(
      complete(echoProvider('http://a.example'), ask, { proxy: `socks5://me:very-secret@${proxy.host}` }),
    );
    expect(error).toMatchObject({ code: 'network', sent: 'no' });
    expect(error.message).toBe(
      `the proxy ${proxy.host} could not connect: it does not accept the user name and password`,
    );
    expect(inspect(error, { depth: null })).not.toContain('very-secret');
    await proxy.noSockets();
  });
});
