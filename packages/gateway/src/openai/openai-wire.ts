import type { ClientWire } from '../chat/client-wire.ts';
import { chunkEncoder } from './chunk-encoder.ts';
import { errorBody } from './error-body.ts';
import { decodeRequest } from './request/decode-request.ts';
import { wholeAnswer } from './whole-answer.ts';

/** OpenAI's Chat Completions. */
export const openaiWire: ClientWire = {
  decode(body, rules) {
    const { request, stream, includeUsage, warnings } = decodeRequest(body, rules);
    return {
      request,
      stream,
      warnings,
      encoder: (about) => chunkEncoder(about, includeUsage),
      whole: wholeAnswer,
    };
  },
  failure: errorBody,
};
