import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { ask, echoProvider } from '../echo-codec.fixture.ts';
import { localServer } from '../local-server.fixture.ts';

const megabyte = 2 ** 20;

it('an answer without end takes no more memory the longer it is read', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const used = (): number => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const word = 'x'.repeat(1_000);
  const piece = Buffer.from(`data: ${word}\n\n`.repeat(64));
  await using server = await localServer((_request, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', more);
    more();
  });
  const provider = echoProvider(server.url);
  const stream = await provider.stream(ask);
  const iterator = stream.textStream[Symbol.asyncIterator]();
  const read = async (bytes: number): Promise<void> => {
    for (let left = bytes; left > 0; left -= word.length) await iterator.next();
  };
  await read(8 * megabyte);
  const before = used();
  await read(64 * megabyte);
  // Whoever keeps what was read holds 64 MiB more by now. Buffers that nobody has are freed in the background, some turns later.
  const grown = (): number => (used() - before) / megabyte;
  for (let turns = 0; turns < 100 && grown() >= 16; turns += 1) await setImmediate();
  expect(grown()).toBeLessThan(16);
  await stream.cancel();
  await server.noSockets();
  await provider.close();
});
