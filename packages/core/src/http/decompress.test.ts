import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decompress } from './decompress.ts';

it('a long body comes out whole, and its many waits leave no listener behind', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): number => warnings.push(warning);
  process.on('warning', onWarning);
  const plain = randomBytes(2 * 1024 * 1024);
  const packed = gzipSync(plain);
  let at = 0;
  const read = decompress(
    'gzip',
    () => {
      const chunk = packed.subarray(at, at + 32_768);
      at += chunk.length;
      return chunk.length > 0 ? chunk : undefined;
    },
    () => {},
  );
  const pieces: Uint8Array[] = [];
  for (let piece = await read(); piece; piece = await read()) pieces.push(piece);
  // Warnings are emitted a tick late.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);
  expect(Buffer.concat(pieces).equals(plain)).toBe(true);
  expect(warnings.map(({ name }) => name)).toEqual([]);
});
