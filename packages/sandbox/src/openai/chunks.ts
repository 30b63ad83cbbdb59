import type { Exchange } from '../exchange.ts';
import { paceOf } from '../exchange.ts';
import { type Frame, frame, type StreamGrammar } from '../frames.ts';
import { paced } from '../pace.ts';
import { ApiError, apiErrorBody, apiErrorForStatus } from './api-error.ts';
import type { CompletionRequest } from './completion-request.ts';
import type { Dialect } from './dialects.ts';
import type { PlannedChoice } from './plan.ts';

/** What all chunks of one answer share. */
export interface ChunkContext {
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly request: CompletionRequest;
  readonly dialect: Dialect;
  readonly omitDone: boolean;
}

type Delta = Readonly<Record<string, unknown>>;

function sse(dialect: Dialect, data: string): string {
  return `data: ${data}${dialect.eventEnd}`;
}

function envelope({ id, created, request, dialect }: ChunkContext): Readonly<Record<string, unknown>> {
  return {
    id,
    object: 'chat.completion.chunk',
    created,
    model: request.model,
    ...(dialect.systemFingerprint !== null && { system_fingerprint: dialect.systemFingerprint }),
  };
}

function chunk(
  context: ChunkContext,
  index: number,
  delta: Delta,
  finishReason: string | null = null,
  more: { readonly choice?: Delta; readonly top?: Delta } = {},
): string {
  const { dialect } = context;
  const choice = {
    index,
    delta: dialect.roleInEveryDelta ? { role: 'assistant', ...delta } : delta,
    logprobs: null,
    finish_reason: finishReason,
    ...more.choice,
  };
  return sse(dialect, JSON.stringify({ ...envelope(context), choices: [choice], ...more.top }));
}

/** How OpenAI-compatible servers write what faults need. */
export function chunkGrammar(context: ChunkContext): StreamGrammar {
  return {
    style: 'sse',
    text: (text) => chunk(context, 0, { content: text }),
    keepAlive: () => `: keep-alive${context.dialect.eventEnd}`,
    failure: (message, status) => {
      const { type, code } = apiErrorForStatus(status);
      const error = new ApiError(status, message, { type, code });
      return [
        frame('error', sse(context.dialect, JSON.stringify(apiErrorBody(error, context.dialect.errorShape)))),
      ];
    },
  };
}

/** A step of the answer before it is a chunk: choices take turns, one token each. */
type Step =
  | { readonly kind: 'reasoning' | 'text'; readonly choice: PlannedChoice; readonly text: string }
  | { readonly kind: 'tool'; readonly choice: PlannedChoice; readonly call: Delta };

function* toolSteps(choice: PlannedChoice, dialect: Dialect): Generator<Step> {
  for (const [index, { id, name, fragments }] of choice.toolCalls.entries()) {
    const whole = fragments.join('');
    const start = { name, arguments: dialect.toolFragments ? '' : whole };
    yield { kind: 'tool', choice, call: { index, id, type: 'function', function: start } };
    if (!dialect.toolFragments) continue;
    for (const fragment of fragments) {
      yield { kind: 'tool', choice, call: { index, function: { arguments: fragment } } };
    }
  }
}

function* stepsOf(choice: PlannedChoice, dialect: Dialect): Generator<Step> {
  for (const text of choice.reasoning) yield { kind: 'reasoning', choice, text };
  for (const text of choice.speech.tokens) yield { kind: 'text', choice, text };
  yield* toolSteps(choice, dialect);
}

function* takeTurns(choices: readonly PlannedChoice[], dialect: Dialect): Generator<Step> {
  let running = choices.map((choice) => stepsOf(choice, dialect));
  while (running.length > 0) {
    const alive: typeof running = [];
    for (const steps of running) {
      const next = steps.next();
      if (next.done === true) continue;
      alive.push(steps);
      yield next.value;
    }
    running = alive;
  }
}

function stepFrame(context: ChunkContext, step: Step): Frame {
  const { index } = step.choice;
  if (step.kind === 'tool') return frame('tool', chunk(context, index, { tool_calls: [step.call] }));
  const field = step.kind === 'reasoning' ? context.dialect.reasoningField : 'content';
  return frame(step.kind, chunk(context, index, { [field]: step.text }));
}

/** Usage in tokens of the sandbox's own tokenizer. */
export function usageOf(promptTokens: number, outputTokens: number, reasoningTokens: number): Delta {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: outputTokens,
    total_tokens: promptTokens + outputTokens,
    ...(reasoningTokens > 0 && { completion_tokens_details: { reasoning_tokens: reasoningTokens } }),
  };
}

/** The chunks of a streamed completion. */
export async function* completionFrames(
  exchange: Exchange,
  context: ChunkContext,
  choices: readonly PlannedChoice[],
  promptTokens: number,
): AsyncGenerator<Frame> {
  const { dialect, request } = context;
  for (const { index } of choices) {
    yield frame('open', chunk(context, index, { role: 'assistant', content: dialect.roleContent }));
  }
  let tokens = 0;
  for await (const step of paced(takeTurns(choices, dialect), paceOf(exchange), exchange.signal)) {
    tokens += 1;
    yield stepFrame(context, step);
  }
  const failure = choices[0]?.speech.failure;
  if (failure !== undefined) {
    yield* chunkGrammar(context).failure(failure.message, failure.status ?? 500);
    return;
  }
  for (const { index, finishReason } of choices) {
    const more = { choice: dialect.finishChoiceFields, top: dialect.finishFields(tokens) };
    yield frame('finish', chunk(context, index, {}, finishReason, more));
  }
  if (request.includeUsage) {
    const reasoning = choices.reduce((sum, choice) => sum + choice.reasoning.length, 0);
    const usage = usageOf(promptTokens, tokens, reasoning);
    yield frame('usage', sse(dialect, JSON.stringify({ ...envelope(context), choices: [], usage })));
  }
  if (!context.omitDone) yield frame('end', sse(dialect, '[DONE]'));
}
