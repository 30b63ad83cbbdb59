import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDeviceId, createNonce, signatureOf } from './signature.ts';

describe('the signature', () => {
  it('is that of the worked example', () => {
    expect(
      signatureOf({
        timestampSeconds: 1_700_000_000,
        nonce: '0123456789abcdef0123456789abcdef',
        authorization: 'Bearer null',
      }),
    ).toBe('14364f59379955fd3332f08d295b5712');
  });

  it.each([
    ['time', { timestampSeconds: 1_700_000_001 }],
    ['nonce', { nonce: '1123456789abcdef0123456789abcdef' }],
    ['authorization', { authorization: 'Bearer other' }],
  ])('changes with the %s', (_part, change) => {
    const parts = {
      timestampSeconds: 1_700_000_000,
      nonce: '0123456789abcdef',
      authorization: 'Bearer null',
    };
    expect(signatureOf({ ...parts, ...change })).not.toBe(signatureOf(parts));
  });
});

describe('a nonce', () => {
  it('is the hexadecimal form of 16 random bytes', () => {
    expect(createNonce((size) => new Uint8Array(size).fill(0xa5))).toBe('a5'.repeat(16));
    expect(createNonce(randomBytes)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a device id', () => {
  it('has the shape of those that the page gives out, whatever the random bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 200, maxLength: 200 }), (bytes) => {
        let at = 0;
        const id = createDeviceId((size) => {
          at += size;
          // Bytes that are used up are followed by zeros: the id must come to an end.
          return bytes.length >= at ? bytes.subarray(at - size, at) : new Uint8Array(size);
        });
        expect(id).toMatch(/^f-[a-z0-9]{19}$/);
      }),
    );
  });

  it('favours no character: bytes that would be one too many are thrown away', () => {
    const bytes = [255, 254, 253, 252, 251, 250, ...Array.from({ length: 17 }, (_, index) => index)];
    const id = createDeviceId((size) => {
      return Uint8Array.from({ length: size }, () => bytes.shift() ?? 35);
    });
    expect(id).toBe('f-98abcdefghijklmnopq');
  });
});
