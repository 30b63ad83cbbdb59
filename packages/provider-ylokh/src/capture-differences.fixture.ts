/** Where ours is meant to differ from a captured call of the original client, and why. */
export interface Difference {
  /** The captures that have it; `*` for all. */
  readonly captures: readonly string[] | '*';
  /** `header <name>`, `body <path>`, `arguments <name>` or `result`. */
  readonly where: string;
  readonly original: unknown;
  readonly ours: unknown;
  readonly because: string;
}

/** Everything on the wire that is not as the original had it. `undefined`: it is not there. */
export const wireDifferences: readonly Difference[] = [
  {
    captures: '*',
    where: 'header accept',
    original: '*/*',
    ours: 'text/event-stream, application/json',
    because: "the original's is its HTTP library's; ours says which two forms are understood",
  },
  {
    captures: ['b-extra-message-fields'],
    where: 'body messages',
    original: [
      { role: 'tool', content: null, tool_call_id: 'x', name: 'n' },
      { role: 'user', content: 'u' },
    ],
    ours: [
      { role: 'tool', content: '', tool_call_id: 'x', name: 'n' },
      { role: 'user', content: 'u' },
    ],
    because: 'content is text or parts, null is refused before anything is sent; nothing said is ""',
  },
  {
    captures: ['e-kwargs-float-forms'],
    where: 'body seed',
    original: 12345678901234567890n,
    ours: undefined,
    because:
      'a JavaScript number cannot hold this seed: sending its neighbour would be silently wrong, so it is refused; the rest is compared without it',
  },
];

/** Every answer that comes out otherwise. `ours` is the pieces of text, or the code of the error. */
export const resultDifferences: readonly Difference[] = [
  {
    captures: ['f-stream-false-content-null'],
    where: 'result',
    original: [null],
    ours: 'empty-response',
    because: 'an answer that says nothing is not a success, and null is no text',
  },
  {
    captures: ['f-stream-false-error-200'],
    where: 'result',
    original: 'builtins.KeyError',
    ours: 'server-error',
    because: "an error inside a 200 is an error with the server's words (bug 10)",
  },
  {
    captures: ['f-stream-false-html'],
    where: 'result',
    original: 'json.decoder.JSONDecodeError',
    ours: 'invalid-response',
    because: 'a page instead of an answer is named as such (bug 19)',
  },
  {
    captures: ['f-stream-false-no-choices'],
    where: 'result',
    original: 'builtins.IndexError',
    ours: 'empty-response',
    because: 'an answer without choices says nothing (bug 10)',
  },
  {
    captures: ['f-stream-true-but-json-reply'],
    where: 'result',
    original: [],
    ours: ['Hello wörld 🙂'],
    because: 'a whole answer to a streamed request is an answer (bug 11)',
  },
];
