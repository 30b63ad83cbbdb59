/** The eras of the chat-ui protocol, oldest first. */
export const ERA_NAMES = ['a', 'b', 'c', 'd', 'e'] as const;

/** The name of an era. */
export type EraName = (typeof ERA_NAMES)[number];

/** How an answer is streamed. */
export interface EraStream {
  /** `tgi`: the events of the model server, passed through. `updates`: chat-ui's own lines of JSON. */
  readonly grammar: 'tgi' | 'updates';
  /** What the content type claims; undefined: the header is not there. */
  readonly contentType: string | undefined;
  /** Tokens are padded with NUL to so many UTF-16 units; 0: not at all. */
  readonly padTo: number;
  /** A keep-alive comes when so long nothing else did, in milliseconds; 0: never. */
  readonly keepAliveMs: number;
  /** The line that carries the title, and whether it comes early or after the last token. */
  readonly title: 'status' | 'update';
  readonly titleAfterTokens: number;
  /** What follows the final answer: nothing more until the client leaves, only spaces, or a last status. */
  readonly tail: 'hang' | 'spaces' | 'finished';
  /** After an error, whether a final answer comes all the same. */
  readonly answerAfterError: boolean;
  /** Whether the final answer says if it was interrupted. */
  readonly interruptedFlag: boolean;
  /** Whether the server tries again by itself when the model server fails in mid-stream. */
  readonly retriesModel: boolean;
}

/** What `stop-generating` does. */
export interface EraStop {
  readonly effect: 'reset' | 'final-answer' | 'nothing';
  /** How long it takes until it works, in milliseconds. */
  readonly delayMs: number;
  /** Which stop counts when there are several within 30 s: only the first one, or each. */
  readonly counts: 'first' | 'each';
}

/** Everything in which the eras differ: a row of data. */
export interface Era {
  readonly name: EraName;
  /** `ran`: seen on a running server. `code`: read in the source of chat-ui, never seen running. */
  readonly source: 'ran' | 'code';
  readonly cookieDays: number;
  /** On which answers the cookie is set again. */
  readonly cookieOn: 'every-answer' | 'post';
  /** Whether the welcome modal has to be accepted first. */
  readonly welcomeModal: boolean;
  /** The header that form posts need. */
  readonly csrfHeader: 'referer' | 'origin';
  /** The body of a 500. */
  readonly internalError: 'plain' | 'with-id';
  readonly settings: 'form' | 'json';
  readonly settingsCheckModel: boolean;
  /** The answer to a create with an unknown model. */
  readonly unknownModelStatus: 400 | 500;
  readonly createSendsConversation: boolean;
  readonly messageBody: 'json-options' | 'json' | 'form';
  /** Messages are a tree: each needs the id of an existing parent. */
  readonly tree: boolean;
  readonly stream: EraStream;
  readonly stop: EraStop;
  /** Whether the answer is generated to its end when the client has gone. */
  readonly survivesClose: boolean;
  /** What can be asked for below `/api`. */
  readonly api: 'none' | 'v1' | 'v1-and-v2';
  /** Whether `EXPOSE_API` can switch the API off. */
  readonly apiSwitch: boolean;
  readonly dataJson: 'old-escapes' | 'new-escapes' | 'none';
}

const A: Era = {
  name: 'a',
  source: 'ran',
  cookieDays: 365,
  cookieOn: 'every-answer',
  welcomeModal: true,
  csrfHeader: 'referer',
  internalError: 'plain',
  settings: 'form',
  settingsCheckModel: true,
  unknownModelStatus: 500,
  createSendsConversation: false,
  messageBody: 'json-options',
  tree: false,
  stream: {
    grammar: 'tgi',
    contentType: 'text/event-stream',
    padTo: 0,
    keepAliveMs: 0,
    title: 'status',
    titleAfterTokens: Number.POSITIVE_INFINITY,
    tail: 'spaces',
    answerAfterError: false,
    interruptedFlag: false,
    retriesModel: false,
  },
  stop: { effect: 'reset', delayMs: 300, counts: 'first' },
  survivesClose: true,
  api: 'none',
  apiSwitch: false,
  dataJson: 'old-escapes',
};

const B: Era = {
  ...A,
  name: 'b',
  cookieDays: 14,
  cookieOn: 'post',
  settings: 'json',
  messageBody: 'json',
  stream: {
    ...A.stream,
    grammar: 'updates',
    contentType: undefined,
    tail: 'hang',
    answerAfterError: true,
  },
  stop: { effect: 'final-answer', delayMs: 600, counts: 'first' },
  // Not established by a run: its stream controller throws once the client has gone, which ends the loop.
  survivesClose: false,
  dataJson: 'new-escapes',
};

const C: Era = {
  ...B,
  name: 'c',
  csrfHeader: 'origin',
  internalError: 'with-id',
  settingsCheckModel: false,
  unknownModelStatus: 400,
  tree: true,
  stream: {
    ...B.stream,
    contentType: 'text/event-stream',
    padTo: 16,
    title: 'update',
    tail: 'spaces',
    answerAfterError: false,
    interruptedFlag: true,
  },
  stop: { effect: 'nothing', delayMs: 0, counts: 'first' },
  api: 'v1',
  apiSwitch: true,
};

/** From the code of the versions between 2024-06 and 2025-03, never from a running server. */
const D: Era = {
  ...C,
  name: 'd',
  source: 'code',
  messageBody: 'form',
  stream: { ...C.stream, keepAliveMs: 100 },
  stop: { effect: 'final-answer', delayMs: 600, counts: 'first' },
};

const E: Era = {
  ...D,
  name: 'e',
  source: 'ran',
  welcomeModal: false,
  createSendsConversation: true,
  stream: {
    ...D.stream,
    contentType: 'application/jsonl',
    titleAfterTokens: 3,
    tail: 'finished',
    retriesModel: true,
  },
  stop: { effect: 'final-answer', delayMs: 0, counts: 'each' },
  survivesClose: true,
  api: 'v1-and-v2',
  apiSwitch: false,
  dataJson: 'none',
};

/** The eras by name. */
export const ERAS: Readonly<Record<EraName, Era>> = { a: A, b: B, c: C, d: D, e: E };
