import { type ChatRequest, complete, type Message } from '@sluice/core';
import { describe, expect, it } from 'vitest';
import { type Capture, type CapturedExchange, captures } from './captures.fixture.ts';
import { createH2o } from './create-h2o.ts';
import { type Heard, scriptedServer } from './scripted-server.fixture.ts';

/** Something on the wire that is not as the original client had it, and why. */
interface Difference {
  /** The captures in which it is; `*` for all. */
  readonly captures: readonly string[] | '*';
  /** `METHOD /path: what`. */
  readonly where: string;
  readonly original: unknown;
  readonly ours: unknown;
  readonly because: string;
}

const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);

/** Every difference to the captured requests. */
const differences: readonly Difference[] = [
  {
    captures: '*',
    where: '*: header cookie',
    original: undefined,
    ours: expect.stringMatching(/^hf-chat=[0-9a-f-]{36}$/),
    because:
      'a session of our own choosing: the server takes any value, and its own cookie (Secure, also over http) gets lost in strict jars',
  },
  {
    captures: '*',
    where: '*: header origin',
    original: undefined,
    ours: 'https://gpt-gm.h2o.ai',
    because:
      'servers since 2024-05-03 check form posts by Origin instead of Referer; the older ones ignore it',
  },
  {
    captures: '*',
    where: 'DELETE /conversation/c0ffee: header content-length',
    original: '0',
    ours: undefined,
    because: 'of the HTTP library: a DELETE without a body needs none',
  },
  {
    captures: ['d-model-short-name-falcon-7b'],
    where: 'POST /settings: body activeModel',
    original: 'falcon-7b',
    ours: 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3',
    because: 'the short names of the first client stand for their models again (bug 9)',
  },
  {
    captures: ['d-model-short-name-falcon-7b'],
    where: 'POST /conversation: body model',
    original: 'falcon-7b',
    ours: 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3',
    because: 'the same',
  },
  {
    captures: ['e-kwargs-stream-true'],
    where: 'POST /conversation/c0ffee: parameter stream',
    original: true,
    ours: undefined,
    because: 'an argument of the call, not of the model (bug 6); the body has its own "stream": true',
  },
  ...(
    [
      ['presence_penalty', 0.5, 'the model server has no such parameter: the request gets a warning'],
      ['timeout', 5, 'a timeout is a call option and stays on this side (bug 6)'],
      ['api_key', 'sk-not-a-key', 'a key has no business on this wire (bug 6)'],
      ['id', 'fixed-id', 'ids of messages are made anew for every call (bug 6)'],
      ['response_id', 'fixed-response-id', 'the same'],
    ] as const
  ).map(([name, original, because]) => ({
    captures: ['e-kwargs-unknown'],
    where: `POST /conversation/c0ffee: parameter ${name}`,
    original,
    ours: undefined,
    because,
  })),
  {
    captures: ['b-blank-and-odd-roles'],
    where: 'POST /conversation/c0ffee: body inputs',
    original: 'System: S\nDeveloper:   dev  \nTool: t\nUser: u\n\nAssistant:',
    ours: 'System: S\nDeveloper:   dev  \nUser: u\n\nAssistant:',
    because: 'tool messages are refused, see `refused`; the rest of the conversation is the same',
  },
];

/** What of the original's arguments is no request here: why it is refused, and what is left to compare. */
const refused: {
  readonly [name: string]: { readonly code: string; readonly but: (request: ChatRequest) => ChatRequest };
} = {
  // `SYSTEM` is no role; a tool message needs a protocol with tools.
  'b-blank-and-odd-roles': {
    code: 'invalid-request',
    but: (request) => ({
      ...request,
      messages: request.messages
        .filter(({ role }) => role !== 'tool')
        .map((message) => ({ ...message, role: message.role.toLowerCase() as Message['role'] })),
    }),
  },
  // Python's None was read as an empty text.
  'b-content-none': {
    code: 'invalid-request',
    but: (request) => ({
      ...request,
      messages: request.messages.map((message) => ({ ...message, content: message.content ?? '' })),
    }),
  },
  // An image that the model never gets is not left out silently.
  'b-multipart-content': {
    code: 'invalid-request',
    but: (request) => ({
      ...request,
      messages: request.messages.map((message) => ({
        ...message,
        content:
          typeof message.content === 'string'
            ? message.content
            : message.content.filter(({ type }) => type === 'text'),
      })),
    }),
  },
};

/** Keyword arguments that are fields of a request; what is neither here nor below was never meant for the model. */
const fieldNames: { readonly [name: string]: keyof ChatRequest } = {
  temperature: 'temperature',
  top_p: 'topP',
  top_k: 'topK',
  max_new_tokens: 'maxOutputTokens',
  stop: 'stop',
  presence_penalty: 'presencePenalty',
};

/** Keyword arguments that only this wire has. */
const wireNames: ReadonlySet<string> = new Set([
  'truncate',
  'do_sample',
  'repetition_penalty',
  'return_full_text',
]);

function requestOf({ input }: Capture): ChatRequest {
  const entries = Object.entries(input.kwargs);
  const fields = entries.flatMap(([name, value]) => (name in fieldNames ? [[fieldNames[name], value]] : []));
  return {
    messages: input.messages as unknown as readonly Message[],
    ...(input.model ? { model: input.model } : {}),
    ...Object.fromEntries(fields),
    providerOptions: { h2o: Object.fromEntries(entries.filter(([name]) => wireNames.has(name))) },
  };
}

/** Headers that carry the protocol; the others are of the HTTP library. */
const protocolHeaders = ['referer', 'origin', 'cookie', 'accept', 'content-type', 'content-length'];

/** A request as named facts, so that a difference has a name. */
type Facts = { readonly [where: string]: unknown };

function factsOf(
  { method, target, body }: { readonly method: string; readonly target: string; readonly body: string },
  header: (name: string) => string | undefined,
): Facts {
  const headers = protocolHeaders
    // The length of a body follows from the body, and Python writes JSON with spaces.
    .filter((name) => name !== 'content-length' || body === '')
    .map((name) => [`header ${name}`, header(name)]);
  return Object.fromEntries(
    [...headers, ...bodyFacts(body)].map(([what, value]) => [`${method} ${target}: ${what}`, value]),
  );
}

function bodyFacts(body: string): (readonly [string, unknown])[] {
  if (body === '') return [];
  if (!body.startsWith('{')) {
    return [...new URLSearchParams(body)].map(([name, value]) => [`body ${name}`, value]);
  }
  const { parameters = {}, ...fields } = JSON.parse(body) as { readonly parameters?: object };
  return [
    ...Object.entries(fields).map(([name, value]) => [`body ${name}`, value] as const),
    ...Object.entries(parameters).map(([name, value]) => [`parameter ${name}`, value] as const),
  ];
}

const factsOfCapture = (exchange: CapturedExchange): Facts =>
  factsOf({ ...exchange, body: exchange.body?.text ?? '' }, (name) => {
    return exchange.headers.find(([each]) => each.toLowerCase() === name)?.[1];
  });

const factsOfHeard = (heard: Heard, origin: string): Facts =>
  factsOf(heard, (name) => heard.headers[name]?.toString().replace(origin, 'https://gpt-gm.h2o.ai'));

/** The facts that a capture lets expect of us: its own, with the differences put in. */
function expected(capture: Capture): readonly Facts[] {
  return capture.requests.map((exchange) => {
    const facts: { [where: string]: unknown } = { ...factsOfCapture(exchange) };
    for (const { captures: where, ...difference } of differences) {
      if (where !== '*' && !where.includes(capture.case)) continue;
      const at = difference.where.replace(/^\*/, `${exchange.method} ${exchange.target}`);
      if (!at.startsWith(`${exchange.method} ${exchange.target}:`)) continue;
      // A difference that is none any more must not stay in the list.
      expect([at, facts[at]]).toEqual([at, difference.original]);
      facts[at] = difference.ours;
    }
    const options = `${exchange.method} ${exchange.target}: body options`;
    if (options in facts) facts[options] = { ...(facts[options] as object), id: uuid, response_id: uuid };
    return facts;
  });
}

interface Replayed {
  readonly facts: readonly Facts[];
  readonly order: readonly string[];
  readonly text: string;
  readonly warned: readonly (string | undefined)[];
}

/** Runs a captured call against a server that replays its replies, chunk by chunk. */
async function replay(capture: Capture, request: ChatRequest): Promise<Replayed> {
  let at = 0;
  await using server = await scriptedServer((_heard, response) => {
    const { reply } = capture.requests[at++] as CapturedExchange;
    response.writeHead(reply.status, Object.fromEntries(reply.headers));
    for (const { text } of reply.chunks) if (text !== '') response.write(text);
    response.end();
  });
  const provider = createH2o({ baseURL: server.url, era: 'a' });
  const { text, warnings } = await complete(provider, request);
  await provider.close();
  return {
    facts: server.heard.map((heard) => factsOfHeard(heard, server.url)),
    order: server.lines(),
    text,
    warned: warnings.map(({ feature }) => feature),
  };
}

describe('the captured calls of the original client, with era a', () => {
  it.each(captures.map((capture) => [capture.case, capture] as const))('%s', async (name, capture) => {
    const request = refused[name]?.but(requestOf(capture)) ?? requestOf(capture);
    const { facts, order, text, warned } = await replay(capture, request);
    expect(order).toEqual(capture.requests.map(({ method, target }) => `${method} ${target}`));
    expect(facts).toEqual(expected(capture));
    expect(text).toBe(capture.result.text);
    expect(warned.includes('presencePenalty')).toBe('presence_penalty' in capture.input.kwargs);
  });

  it('have bodies with the fields in the same order', async () => {
    const capture = captures.find((each) => each.case === 'a-single') as Capture;
    const seen = await replay(capture, requestOf(capture));
    const keys = (facts: readonly Facts[]): readonly string[] =>
      facts.flatMap((each) => Object.keys(each).filter((where) => !where.includes('header')));
    expect(keys(seen.facts)).toEqual(keys(capture.requests.map(factsOfCapture)));
  });

  it.each(Object.entries(refused))(
    '%s is refused as it is, before anything is sent',
    async (name, { code }) => {
      const capture = captures.find((each) => each.case === name) as Capture;
      const provider = createH2o({ baseURL: 'http://127.0.0.1:1', era: 'a' });
      await expect(provider.stream(requestOf(capture))).rejects.toMatchObject({ code, sent: 'no' });
      await provider.close();
    },
  );
});
