import { expect, it } from 'vitest';
import { OriginPool } from './origin-pool.ts';

it('a pool tells when its last connection has gone, so that pools of many proxies do not add up', () => {
  let empty = 0;
  const pool = new OriginPool('http://127.0.0.1:1', undefined, () => {
    empty += 1;
  });
  const [first, second] = [pool.lease(), pool.lease()];
  first.release(false);
  expect(empty).toBe(0);
  second.abort(new Error('cancelled'));
  second.release(false);
  expect(empty).toBe(1);
});
