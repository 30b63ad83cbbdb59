import { createHash } from 'node:crypto';

/** Random bytes: `randomBytes` of `node:crypto`, or a fixed sequence in tests. */
export type RandomBytes = (size: number) => Uint8Array;

/** What goes into a signature. Device id, path and body are not signed. */
export interface SignedParts {
  /** Unix time in whole seconds. */
  readonly timestampSeconds: number;
  readonly nonce: string;
  /** The whole value of the `Authorization` header. */
  readonly authorization: string;
}

const deviceIdAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const deviceIdLength = 19;
const nonceBytes = 16;

/** The largest multiple of the alphabet's length in a byte: bytes from here on would favour its first characters. */
const fairBytes = 256 - (256 % deviceIdAlphabet.length);

/**
 * FlowGPT's signature: the MD5 of `<timestamp>-<nonce>-<authorization>` in lower-case hexadecimal. MD5 is the protocol's
 * choice; it keeps nothing secret here, since every part of it is sent along.
 *
 * @example
 * signatureOf({ timestampSeconds: 1700000000, nonce: '0123456789abcdef0123456789abcdef', authorization: 'Bearer null' });
 * // '14364f59379955fd3332f08d295b5712'
 */
export function signatureOf({ timestampSeconds, nonce, authorization }: SignedParts): string {
  return createHash('md5').update(`${timestampSeconds}-${nonce}-${authorization}`, 'utf8').digest('hex');
}

/** A number used once: 32 lower-case hexadecimal digits. */
export function createNonce(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(nonceBytes)).toString('hex');
}

/** An id as FlowGPT's page gives each browser: `f-` and 19 characters of `a-z0-9`, all equally likely. */
export function createDeviceId(randomBytes: RandomBytes): string {
  let id = '';
  while (id.length < deviceIdLength) {
    for (const byte of randomBytes(deviceIdLength)) {
      if (byte < fairBytes && id.length < deviceIdLength)
        id += deviceIdAlphabet[byte % deviceIdAlphabet.length];
    }
  }
  return `f-${id}`;
}
