import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSandbox } from '../create-sandbox.ts';
import { type RawResponse, send } from '../raw-client.fixture.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Reply, ReplyRequest } from '../speech.ts';
import type { EraName } from './eras.ts';

/** One exchange with a real chat-ui server, as it was recorded. */
interface Recorded {
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Null for a page. */
    readonly body: string | null;
    readonly ended: 'end' | 'cut';
  };
}

const MODELS: Readonly<Record<string, readonly string[]>> = {
  a: ['local/fake-tgi', 'local/other'],
  b: ['local/fake-tgi'],
  c: ['local/fake-tgi'],
  e: ['local/fake-openai', 'local/second'],
};

const ORIGIN = /http:\/\/127\.0\.0\.1:\d+/gu;
const HELLO = [' Hello', ',', ' this', ' is', ' a', ' fake', ' answer', '.'];
const OLD_BACKEND = {
  message: 'Request failed during generation: Server error: CUDA out of memory',
  status: 500,
};
const TOO_LONG = 'Input validation error: `inputs` must have less than 1024 tokens. Given: 3000';

/** What the model server behind the real servers said to certain words. */
const BACKEND: readonly (readonly [word: string, reply: (era: string) => Reply])[] = [
  [
    'ERR500',
    (era) => ({ failure: era === 'e' ? { message: 'backend exploded', status: 500 } : OLD_BACKEND }),
  ],
  ['OVERLOAD', () => ({ failure: { message: 'Model is overloaded', status: 429, type: 'overloaded' } })],
  ['TOOLONG', () => ({ failure: { message: TOO_LONG, status: 422, type: 'validation' } })],
  [
    'MIDERR',
    (era) => ({
      tokens: HELLO.slice(0, 3),
      failure: {
        message: era === 'e' ? 'stream broke' : 'Request failed during generation: Server error: boom',
      },
    }),
  ],
  ['EMPTY', () => []],
  ['UNICODE', () => ['Grüße', ' 🦙', '👩‍💻', ' 日本', '語', '\n', '"q"', ' \\', '\u2028end']],
  ['THINK', () => ['<think>Let', ' me', ' think.', '</think> Hello', ...HELLO.slice(1)]],
];

function backend({ service, prompt }: ReplyRequest): Reply {
  const known = BACKEND.find(([word]) => prompt.includes(word));
  return known === undefined ? HELLO : known[1](service.slice(-1));
}

/** Leaves out what differs from run to run, and what the model server alone decides. */
function normal(text: string): string {
  return text
    .replace(ORIGIN, '<origin>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gu, '<uuid>')
    .replace(/\b[0-9a-f]{24}\b/gu, '<conversation>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/gu, '<date>')
    .replace(/\/r\/\w+/gu, '/r/<share>')
    .replaceAll(/\{"title":"[^"]*"\}/gu, '{"title":"<title>"}')
    .replace('<4096 spaces>', ' '.repeat(4096));
}

/** The updates of a stream, without those whose number or text depends on time or on the model server. */
function updates(text: string): string {
  return normal(text)
    .split('\n')
    .filter((line) => !/"keepAlive"|"title"|^:/u.test(line))
    .join('\n')
    .replace(/^\n/u, '');
}

function cookieForm(header: string | readonly string[] | undefined): string {
  const days = (expires: string): string =>
    `${Math.round((Date.parse(expires) - Date.now()) / 86_400_000)} days`;
  return String(header ?? '')
    .replace(/=[^;]*/u, '=<session>')
    .replace(/Expires=([^;]*)/u, (_, expires: string) => `Expires=${days(expires)}`);
}

/** The recorded dates are of the day of the recording. */
function recordedCookieForm(header: string | undefined): string {
  const days = header?.includes('2027') ? '365 days' : '14 days';
  return (header ?? '').replace(/=[^;]*/u, '=<session>').replace(/Expires=[^;]*/u, `Expires=${days}`);
}

/** Replays a recording: ids of the recording stand for the ids of this run. */
function createReplay(sandbox: Sandbox, era: EraName): (recorded: Recorded) => Promise<RawResponse> {
  const base = sandbox.urls.h2oByEra[era];
  const conversations = new Map<string, string>();
  const roots = new Map<string, string>();
  const cookies = new Map<string, string>();

  const rename = (text: string): string => {
    let renamed = text.replace(ORIGIN, base);
    for (const [theirs, ours] of [...conversations, ...cookies, ...roots])
      renamed = renamed.replaceAll(theirs, ours);
    return renamed;
  };
  /** Later messages follow the last answer; of the recorded ids, only the roots and the invented one matter. */
  const withParent = (body: string, name: string): string => {
    if (era !== 'c' && era !== 'e') return body;
    if (/unknown|broken|missing/u.test(name)) return body;
    const answers = sandbox.conversations.at(-1)?.messages.filter(({ from }) => from === 'assistant') ?? [];
    const parent = answers.at(-1)?.id ?? sandbox.conversations.at(-1)?.messages[0]?.id ?? '';
    return body.replace(/((?:"id":"|%22id%22%3A%22))[0-9a-f-]{36}/u, `$1${parent}`);
  };
  return async ({ name, request, response }) => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([key, value]) => [key, rename(value)]),
    );
    const answer = await send(base + rename(request.path), {
      method: request.method,
      headers,
      ...(request.body !== undefined && { body: withParent(rename(request.body), name) }),
      ...(response.ended === 'cut' && { leaveAt: ' '.repeat(4096) }),
    });
    const theirId = /"conversationId":"([0-9a-f]{24})"/u.exec(response.body ?? '')?.[1];
    const ourId = /"conversationId":"([0-9a-f]{24})"/u.exec(answer.text)?.[1];
    if (theirId !== undefined && ourId !== undefined) conversations.set(theirId, ourId);
    const theirCookie = /^hf-chat=([^;]*)/u.exec(response.headers['set-cookie'] ?? '')?.[1];
    const ourCookie = /^hf-chat=([^;]*)/u.exec(answer.headers['set-cookie']?.[0] ?? '')?.[1];
    if (theirCookie !== undefined && ourCookie !== undefined) cookies.set(theirCookie, ourCookie);
    return answer;
  };
}

function recordings(era: string): readonly Recorded[] {
  const file = new URL(`./fixtures/transcript-${era}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Recorded[];
}

/** Bodies that describe the server that was recorded, or all of its state: their form has tests of its own. */
const OWN_FORM =
  /without-stream-true|models|settings-no-cookie|data-json|conversation-data|api-v2-conversation|api-conversations/u;

describe.each(['a', 'b', 'c', 'e'] as const)('the recorded exchanges with a real server of era %s', (era) => {
  it('get the same status, type, cookie and body from the sandbox', async () => {
    const options = { models: MODELS[era] ?? [], ...(era === 'e' && { maxMessageChars: 2000 }) };
    await using sandbox = await createSandbox({ reply: backend, services: { h2o: options } });
    const replay = createReplay(sandbox, era);
    const differences: unknown[] = [];
    for (const recorded of recordings(era)) {
      const answer = await replay(recorded);
      const { status, headers, body } = recorded.response;
      const own = OWN_FORM.test(recorded.name) || body === null;
      const theirs = {
        status,
        type: headers['content-type'],
        location: headers.location?.replace(ORIGIN, '<origin>'),
        cookie: recordedCookieForm(headers['set-cookie']),
        cors: headers['access-control-allow-origin'],
        body: own ? '' : updates(body),
        ended: recorded.response.ended === 'end' ? 'end' : 'left',
      };
      const ours = {
        status: answer.status,
        type: answer.headers['content-type'],
        location: answer.headers.location?.replace(ORIGIN, '<origin>'),
        cookie: cookieForm(answer.headers['set-cookie']),
        cors: answer.headers['access-control-allow-origin'],
        body: own ? '' : updates(answer.text),
        ended: answer.ended,
      };
      if (JSON.stringify(theirs) !== JSON.stringify(ours))
        differences.push({ name: recorded.name, theirs, ours });
    }
    expect(differences).toEqual([]);
  });
});
