import { createDeviceId, createNonce, type RandomBytes, signatureOf } from './signature.ts';

/** Where the time and the randomness of a request come from. */
export interface Chance {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: RandomBytes;
}

/** Nobody is logged in: the page sends the word `null` where a token would be. */
const authorization = 'Bearer null';

/**
 * What the page's own browser sends. `Connection` and `TE`, which the original client set by hand as well, belong to the
 * connection and not to a request: the HTTP client sees to them. The encodings are those that it decodes.
 */
const pageHeaders = {
  'User-Agent': 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:122.0) Gecko/20100101 Firefox/122.0',
  Accept: '*/*',
  'Accept-Language': 'en-US;q=0.7,en;q=0.3',
  'Accept-Encoding': 'gzip, deflate, br',
  Referer: 'https://flowgpt.com/',
  'Content-Type': 'application/json',
  Authorization: authorization,
  Origin: 'https://flowgpt.com',
  'Sec-Fetch-Dest': 'empty',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Site': 'same-site',
} as const;

/** The headers of one request. Each call has a device id, a nonce and a time of its own. */
export function requestHeaders({ now, randomBytes }: Chance): { readonly [name: string]: string } {
  const timestampSeconds = Math.floor(now() / 1000);
  const nonce = createNonce(randomBytes);
  return {
    ...pageHeaders,
    'x-flow-device-id': createDeviceId(randomBytes),
    'x-nonce': nonce,
    'x-signature': signatureOf({ timestampSeconds, nonce, authorization }),
    'x-timestamp': String(timestampSeconds),
  };
}
