import { type Frame, frame, type StreamGrammar } from '../frames.ts';
import type { ReplyFailure } from '../speech.ts';
import type { Generation } from './generation.ts';

const END_TOKEN = { id: 2, text: '</s>', logprob: -0.01, special: true } as const;

/** Token ids begin here. */
const FIRST_TOKEN_ID = 100;

/** One event of the model server: no space after `data:`. */
function event(value: unknown): string {
  return `data:${JSON.stringify(value)}\n\n`;
}

function tokenEvent(index: number, text: string, generatedText: string | null): string {
  const token = { id: FIRST_TOKEN_ID + index, text, logprob: -0.5, special: false };
  return event({ token, generated_text: generatedText, details: null });
}

/** The body of an error of the model server. */
export function tgiError(failure: Pick<ReplyFailure, 'message' | 'type'>): unknown {
  return { error: failure.message, error_type: failure.type ?? 'generation' };
}

/** How the events of era A are written. */
export const TGI_GRAMMAR: StreamGrammar = {
  style: 'sse',
  text: (text) => tokenEvent(0, text, null),
  keepAlive: () => ':\n\n',
  failure: (message, status) => {
    const type = status === 429 ? 'overloaded' : 'generation';
    return [frame('error', event(tgiError({ message, type })))];
  },
};

/** What the stream of era A is made from. */
export interface TgiAnswer {
  readonly generation: Generation;
  readonly client: AbortSignal;
  readonly failure: ReplyFailure | undefined;
  /** The token that ends the answer because it has grown too long; undefined: the end token comes. */
  readonly lastIndex: number | undefined;
}

/** The events of era A: the model server's own, ended by the special end token, or cut by a stop. */
export async function* tgiFrames({
  generation,
  client,
  failure,
  lastIndex,
}: TgiAnswer): AsyncGenerator<Frame> {
  try {
    for (let index = 0; ; index += 1) {
      const step = await generation.next(client, 0);
      if (step.kind === 'gone') return;
      if (step.kind !== 'token') break;
      const isLast = index === lastIndex;
      yield frame(isLast ? 'finish' : 'text', tokenEvent(index, step.token, isLast ? generation.text : null));
    }
    if (generation.stopped) yield { kind: 'reset' };
    else if (failure !== undefined) yield frame('error', event(tgiError(failure)));
    else if (lastIndex === undefined) {
      yield frame('finish', event({ token: END_TOKEN, generated_text: generation.text, details: null }));
    }
  } finally {
    // The body is teed: the client's leaving does not reach the model server.
    if (!generation.ended) generation.detach();
  }
}

interface Rule {
  readonly fits: (value: number) => boolean;
  readonly message: string;
}

const POSITIVE = (name: string): Rule => ({
  fits: (value) => value > 0,
  message: `\`${name}\` must be strictly positive`,
});

/** What the model server checks of the parameters that clients of era A may set. */
const PARAMETER_RULES: Readonly<Record<string, Rule>> = {
  temperature: POSITIVE('temperature'),
  repetition_penalty: POSITIVE('repetition_penalty'),
  top_p: { fits: (value) => value > 0 && value < 1, message: '`top_p` must be > 0.0 and < 1.0' },
  top_k: POSITIVE('top_k'),
  max_new_tokens: POSITIVE('max_new_tokens'),
  truncate: POSITIVE('truncate'),
};

/** Why the model server refuses the parameters, if it does. */
export function tgiParameterError(parameters: unknown): string | undefined {
  const given = typeof parameters === 'object' && parameters !== null ? Object.entries(parameters) : [];
  for (const [name, value] of given) {
    const rule = PARAMETER_RULES[name];
    if (rule === undefined || value === null || value === undefined) continue;
    if (typeof value !== 'number') return `\`${name}\` must be a number`;
    if (!rule.fits(value)) return rule.message;
  }
  return undefined;
}
