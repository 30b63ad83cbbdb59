import { sendBody, sendJson } from '../reply.ts';
import { abandon } from './abandon.ts';
import type { FaultName } from './catalogue.ts';
import type { FaultBehaviour, Piece } from './fault-behaviour.ts';

const CHALLENGE_PAGE =
  '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head><body><noscript>Enable JavaScript and cookies to continue</noscript><script>window._cf_chl_opt={};</script></body></html>';

const BLANKS: Readonly<Record<string, string>> = {
  whitespace: ' \n\n \r\n\n',
  comments: ': keep-alive\n\n: keep-alive\n\n',
};

async function* instead(source: AsyncIterable<Piece>, text: string): AsyncGenerator<Piece> {
  await abandon(source);
  if (text !== '') yield Buffer.from(text);
}

/** Answers with status 200 that are not what was asked for. */
export const WRONG_ANSWER_FAULTS: Readonly<
  Record<
    Extract<
      FaultName,
      | 'error-as-json'
      | 'error-first'
      | 'challenge-page'
      | 'empty-body'
      | 'blank-body'
      | 'only-finish'
      | 'content-type'
      | 'json-not-stream'
    >,
    FaultBehaviour
  >
> = {
  'error-as-json': {
    takeOver: (exchange, _fault, errorBody) => sendJson(exchange, 200, errorBody(500)),
  },
  'error-first': {
    frames: async function* (frames, grammar, fault) {
      await abandon(frames);
      yield* grammar.failure('The sandbox was asked to fail at once.', fault.number('status'));
    },
  },
  'challenge-page': {
    takeOver: (exchange) => {
      const headers = {
        'content-type': 'text/html; charset=UTF-8',
        'cf-mitigated': 'challenge',
        server: 'cloudflare',
      };
      return sendBody(exchange, { status: 200, headers }, CHALLENGE_PAGE);
    },
  },
  'empty-body': { pieces: (pieces) => instead(pieces, '') },
  'blank-body': { pieces: (pieces, fault) => instead(pieces, BLANKS[fault.text('of')] ?? '\n') },
  'only-finish': { said: () => [] },
  'content-type': {
    head: (head, fault) => {
      const type = fault.text('type');
      const { 'content-type': _, ...rest } = head.headers;
      return { ...head, headers: type === 'none' ? rest : { ...rest, 'content-type': type } };
    },
  },
  // The one fault that sendStream makes itself: only it has both forms of the answer.
  'json-not-stream': {},
};
