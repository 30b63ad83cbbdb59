import { type Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { faultOf, promptOf, type Question } from './answer-text.ts';

/** What a client does with its answer. */
export type Habit = 'stream' | 'whole' | 'leaves' | 'slow';

/** How one request ended, as its client saw it. */
export interface Visit {
  readonly habit: Habit;
  /** `answered`, `left`, `failed <status>`, `cut <code>`: an error after the answer had begun. */
  readonly ending: string;
  readonly target?: string;
  readonly firstByteMs?: number;
  /** What must not be: in words. */
  readonly wrong?: string;
}

export interface Asking {
  readonly url: string;
  readonly agent: Agent;
  readonly model: string;
  readonly habit: Habit;
  readonly question: Question;
  /** For `leaves`: after so many milliseconds. */
  readonly leavesAfterMs: number;
}

/** How a request may fail when its targets fail. */
const honestStatuses = new Set([429, 502, 503, 504]);
/** The longest that any answer may take, in milliseconds: the gateway's own deadline is shorter. */
const longestMs = 60_000;

/** Asks once and judges what comes. */
export async function visit(asking: Asking): Promise<Visit> {
  const { habit, leavesAfterMs } = asking;
  const startedAt = performance.now();
  const request = send(asking);
  let hasLeft = false;
  const leave = (): void => {
    hasLeft = true;
    request.destroy();
  };
  const leaving = habit === 'leaves' ? setTimeout(leave, leavesAfterMs) : undefined;
  let isLate = false;
  const late = setTimeout(() => {
    isLate = true;
    request.destroy();
  }, longestMs);
  try {
    const response = await head(request);
    const firstByteMs = performance.now() - startedAt;
    const target = /^([^:;]+):/.exec(String(response.headers['x-sluice-route'] ?? ''))?.[1];
    const body = await read(response, habit === 'slow');
    if (isLate) return { habit, ending: 'late', wrong: `no end after ${longestMs} ms` };
    return {
      habit,
      firstByteMs,
      ...(target === undefined ? {} : { target }),
      ...judged(asking, response, target, body, hasLeft),
    };
  } catch (error) {
    if (hasLeft) return { habit, ending: 'left' };
    return { habit, ending: 'no answer', wrong: isLate ? `no answer after ${longestMs} ms` : String(error) };
  } finally {
    clearTimeout(leaving);
    clearTimeout(late);
  }
}

function send({ url, agent, model, habit, question }: Asking): ClientRequest {
  const request = httpRequest(`${url}/v1/chat/completions`, {
    method: 'POST',
    agent,
    headers: { 'content-type': 'application/json' },
  });
  const messages = [{ role: 'user', content: promptOf(question) }];
  request.end(JSON.stringify({ model, messages, stream: habit !== 'whole' }));
  return request;
}

function head(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
}

/** Everything that comes, whether it ends well or not. */
async function read(response: IncomingMessage, isSlow: boolean): Promise<string> {
  let body = '';
  response.setEncoding('utf8');
  try {
    for await (const text of response as AsyncIterable<string>) {
      body += text;
      if (isSlow) await wait(20);
    }
  } catch {
    // It was cut: what came tells whether it may be.
  }
  return body;
}

function judged(
  { habit, question }: Asking,
  { statusCode = 0 }: IncomingMessage,
  target: string | undefined,
  body: string,
  hasLeft: boolean,
): Pick<Visit, 'ending' | 'wrong'> {
  if (statusCode !== 200) return failed(statusCode, body, hasLeft);
  if (target === undefined) return { ending: 'answered', wrong: 'an answer does not say who gave it' };
  if (habit === 'whole') {
    const { text, finish } = wholeAnswer(body);
    const wrong =
      faultOf(text, target, question, true) ?? (finish === 'stop' ? undefined : `it ended with ${finish}`);
    return { ending: 'answered', ...(wrong === undefined ? {} : { wrong }) };
  }
  const { text, finish, isDone, error } = streamedAnswer(body);
  const isWhole = isDone && error === undefined;
  const fault = faultOf(text, target, question, isWhole);
  if (fault !== undefined) return { ending: 'answered', wrong: fault };
  if (isWhole)
    return { ending: 'answered', ...(finish === 'stop' ? {} : { wrong: `it ended with ${finish}` }) };
  if (hasLeft) return { ending: 'left' };
  if (error === undefined)
    return { ending: 'cut', wrong: 'a stream ended without [DONE] and without an error' };
  return { ending: `cut ${error}`, ...(isDone ? { wrong: 'a stream has an error and [DONE]' } : {}) };
}

function failed(status: number, body: string, hasLeft: boolean): Pick<Visit, 'ending' | 'wrong'> {
  if (hasLeft && body === '') return { ending: 'left' };
  let code = '';
  try {
    code = (JSON.parse(body) as { error: { code: string } }).error.code;
  } catch {
    return { ending: `failed ${status}`, wrong: `status ${status} without an error object` };
  }
  const isHonest = honestStatuses.has(status);
  return {
    ending: `failed ${status} ${code}`,
    ...(isHonest ? {} : { wrong: `status ${status}: ${body.slice(0, 300)}` }),
  };
}

function wholeAnswer(body: string): { readonly text: string; readonly finish: string } {
  try {
    const { choices } = JSON.parse(body) as {
      choices: [{ message: { content: string }; finish_reason: string }];
    };
    return { text: choices[0].message.content, finish: choices[0].finish_reason };
  } catch {
    return { text: body.slice(0, 100), finish: 'no JSON' };
  }
}

interface Chunk {
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string };
    readonly finish_reason?: string | null;
  }[];
  readonly error?: { readonly code?: string };
}

/** The whole events of a stream; what was cut within an event does not count. */
function streamedAnswer(body: string): {
  readonly text: string;
  readonly finish: string | undefined;
  readonly isDone: boolean;
  readonly error: string | undefined;
} {
  let text = '';
  let finish: string | undefined;
  let isDone = false;
  let error: string | undefined;
  for (const event of body.split('\n\n').slice(0, -1)) {
    if (!event.startsWith('data: ')) continue;
    if (event === 'data: [DONE]') {
      isDone = true;
      continue;
    }
    const chunk = JSON.parse(event.slice('data: '.length)) as Chunk;
    if (chunk.error) error = chunk.error.code ?? 'unknown';
    text += chunk.choices?.[0]?.delta?.content ?? '';
    finish = chunk.choices?.[0]?.finish_reason ?? finish;
  }
  return { text, finish, isDone, error };
}
