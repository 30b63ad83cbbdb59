import { Refusal, type RefusalCode } from '../chat/refusal.ts';

/** What Fastify's own errors are, and what is said of them. Its words are not passed on: JSON's errors quote the body. */
const known: { readonly [code: string]: readonly [RefusalCode, string] } = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'the body is larger than this server takes'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'wrong-content-type',
    'the body must be JSON, with the header content-type: application/json',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['broken-json', 'the body is empty: a JSON object is needed'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['broken-json', 'the body is not valid JSON'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'the body is not as long as content-length says'],
  FST_ERR_BAD_URL: ['bad-request', 'the address is not a valid one'],
  FST_ERR_MAX_PARAM_LENGTH: ['bad-request', 'the address is too long'],
};

/** Turns an error of the HTTP framework into a refusal; anything else stays what it is. */
export function asRefusal(error: unknown): unknown {
  const { code = '', statusCode, name } = error as { code?: string; statusCode?: number; name?: string };
  const row = Object.hasOwn(known, code) ? known[code] : undefined;
  if (row) return new Refusal(...row);
  if (name === 'SyntaxError' && statusCode === 400)
    return new Refusal('broken-json', 'the body is not valid JSON');
  if (code.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Refusal('bad-request', 'the request cannot be read');
  return error;
}
