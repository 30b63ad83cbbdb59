import { type Frame, frame, type StreamGrammar } from '../frames.ts';
import type { ReplyFailure } from '../speech.ts';
import type { Era } from './eras.ts';
import type { Generation } from './generation.ts';

/** Spaces that make proxies let the last bytes through. */
const FLUSH_SPACES = ' '.repeat(4096);

const NO_OUTPUT = 'No output was generated. Something went wrong.';

/** What the stream of the eras B to E is made from. */
export interface UpdateAnswer {
  readonly era: Era;
  readonly generation: Generation;
  readonly client: AbortSignal;
  readonly failure: ReplyFailure | undefined;
  /** What era B echoes when nothing was generated. */
  readonly prompt: string;
  /** The new title, for the first message of a conversation. */
  readonly title: string | undefined;
}

function line(update: unknown): string {
  return `${JSON.stringify(update)}\n`;
}

function status(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  return line({ type: 'status', status: name, ...more });
}

function streamLine(era: Era, token: string): string {
  return line({ type: 'stream', token: token.padEnd(era.stream.padTo, '\0') });
}

function titleLine(era: Era, title: string): string {
  return era.stream.title === 'status' ? status('title', { message: title }) : line({ type: 'title', title });
}

const TAILS: Readonly<Record<Era['stream']['tail'], readonly Frame[]>> = {
  hang: [frame('end', FLUSH_SPACES), { kind: 'hang' }],
  spaces: [frame('end', FLUSH_SPACES)],
  finished: [frame('end', FLUSH_SPACES + status('finished'))],
};

/**
 * The text of the final answer of a cut answer. Era B trims it, and after a stop it lacks the last token
 * that was streamed; with nothing generated it is the user's own prompt.
 */
function cutText({ era, generation, prompt }: UpdateAnswer): string {
  if (!era.stream.answerAfterError) return generation.text;
  const { text, lastToken, stopped } = generation;
  const kept = stopped ? text.slice(0, text.length - lastToken.length) : text;
  return kept.trim() || prompt;
}

function finalAnswer(answer: UpdateAnswer, text: string, interrupted: boolean): Frame[] {
  const { era } = answer;
  const flag = era.stream.interruptedFlag ? { interrupted } : {};
  return [frame('finish', line({ type: 'finalAnswer', text, ...flag })), ...TAILS[era.stream.tail]];
}

function errorFrames(answer: UpdateAnswer, message: string, statusCode: number | undefined): Frame[] {
  const { era } = answer;
  const code = era.stream.tail === 'finished' && statusCode !== undefined ? { statusCode } : {};
  const error = frame('error', status('error', { message, ...code }));
  return era.stream.answerAfterError ? [error, ...finalAnswer(answer, cutText(answer), false)] : [error];
}

function failureFrames(answer: UpdateAnswer, failure: ReplyFailure): Frame[] {
  const { era, generation } = answer;
  if (!era.stream.retriesModel) return errorFrames(answer, failure.message, undefined);
  // Era E: a refusal of the model server has its status in the message; a broken stream is tried again.
  if (generation.text === '') {
    const code = failure.status ?? 500;
    return errorFrames(answer, `${code} ${failure.message}`, code);
  }
  return errorFrames(answer, failure.message, undefined);
}

/** How the updates of an era are written. */
export function updateGrammar(answer: UpdateAnswer): StreamGrammar {
  return {
    style: 'lines',
    text: (text) => streamLine(answer.era, text),
    keepAlive: () => (answer.era.stream.keepAliveMs > 0 ? status('keepAlive') : '\n'),
    failure: (message, code) => errorFrames(answer, `${code} ${message}`, code),
  };
}

async function* body(answer: UpdateAnswer): AsyncGenerator<Frame> {
  const { era, generation, client, failure, title } = answer;
  const { keepAliveMs, titleAfterTokens, retriesModel } = era.stream;
  const sent: string[] = [];
  let titleSent = title === undefined;
  yield frame('open', status('started'));
  if (keepAliveMs > 0) yield frame('keep-alive', status('keepAlive'));
  for (;;) {
    const step = await generation.next(client, keepAliveMs);
    if (step.kind === 'gone') return;
    if (step.kind === 'end') break;
    if (step.kind === 'idle') {
      yield frame('keep-alive', status('keepAlive'));
      continue;
    }
    yield frame('text', streamLine(era, step.token));
    if (failure !== undefined && retriesModel) sent.push(step.token);
    if (!titleSent && generation.tokenCount >= titleAfterTokens) {
      titleSent = true;
      yield frame('title', titleLine(era, title ?? ''));
    }
  }
  if (generation.stopped) {
    yield* finalAnswer(answer, cutText(answer), true);
  } else if (failure !== undefined) {
    // The second try of the server repeats what came already.
    for (const token of sent) yield frame('text', streamLine(era, token));
    yield* failureFrames(answer, failure);
  } else if (generation.text === '') {
    if (era.stream.answerAfterError) yield* finalAnswer(answer, cutText(answer), false);
    else yield* errorFrames(answer, NO_OUTPUT, undefined);
  } else {
    if (!titleSent) yield frame('title', titleLine(era, title ?? ''));
    yield* finalAnswer(answer, generation.text, false);
  }
}

/** The updates of the eras B to E. */
export async function* updateFrames(answer: UpdateAnswer): AsyncGenerator<Frame> {
  const { era, generation } = answer;
  try {
    yield* body(answer);
  } finally {
    if (!generation.ended) {
      if (era.survivesClose) generation.detach();
      else generation.cancel();
    }
  }
}
