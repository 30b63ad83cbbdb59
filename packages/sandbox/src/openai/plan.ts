import { countWords, tokenize } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { composeSpeech, type Speech } from '../speech.ts';
import type { CompletionRequest } from './completion-request.ts';
import { schemaInstance } from './schema-instance.ts';
import type { ToolDefinition } from './tool-request.ts';

/** A call of a tool. */
export interface PlannedToolCall {
  readonly id: string;
  readonly name: string;
  /** JSON text, in the fragments in which it is streamed. */
  readonly fragments: readonly string[];
}

/** What one choice of a completion will be. */
export interface PlannedChoice {
  readonly index: number;
  readonly reasoning: readonly string[];
  readonly speech: Speech;
  readonly toolCalls: readonly PlannedToolCall[];
  readonly finishReason: 'stop' | 'length' | 'tool_calls';
}

const FRAGMENT_LENGTH = 6;

function lastUserText(request: CompletionRequest): string {
  return request.messages.findLast((message) => message.role === 'user')?.text ?? '';
}

/**
 * Which tools are called: the forced one, those that the user names as `call <tool>`, or the first when one
 * is required. Never after a tool has answered.
 */
function calledTools(request: CompletionRequest): readonly ToolDefinition[] {
  const { tools, toolChoice, messages } = request;
  if (toolChoice === 'none' || messages.at(-1)?.role === 'tool') return [];
  if (typeof toolChoice === 'object') return tools.filter((tool) => tool.name === toolChoice.name);
  const text = lastUserText(request);
  const named = tools.filter((tool) => new RegExp(`\\bcall ${tool.name}(?![\\w-])`, 'u').test(text));
  return named.length === 0 && toolChoice === 'required' ? tools.slice(0, 1) : named;
}

function planToolCall(tool: ToolDefinition, text: string, id: string): PlannedToolCall {
  const json = JSON.stringify(schemaInstance(tool.parameters, text));
  const fragments = json.match(new RegExp(`.{1,${FRAGMENT_LENGTH}}`, 'gsu')) ?? [];
  return { id, name: tool.name, fragments };
}

/** What the sandbox adds to its answer about things it was given besides text. */
function remarks(request: CompletionRequest): string {
  const last = request.messages.at(-1);
  const lastUser = request.messages.findLast((message) => message.role === 'user');
  const notes: string[] = [];
  if (last?.role === 'tool') notes.push(`The tool answered: ${last.text}`);
  if (lastUser !== undefined && lastUser.images > 0) notes.push(`I was given ${lastUser.images} image(s).`);
  if (lastUser !== undefined && lastUser.audios > 0)
    notes.push(`I was given ${lastUser.audios} recording(s).`);
  if (lastUser !== undefined && lastUser.files > 0) notes.push(`I was given ${lastUser.files} file(s).`);
  return notes.map((note) => `${note} `).join('');
}

/** Cuts the tokens before the first stop sequence, as a model server does. */
function cutAtStop(tokens: readonly string[], stop: readonly string[]): readonly string[] {
  const text = tokens.join('');
  const found = stop.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0);
  if (found.length === 0) return tokens;
  let left = Math.min(...found);
  const kept: string[] = [];
  for (const token of tokens) {
    if (left <= 0) break;
    kept.push(token.slice(0, left));
    left -= token.length;
  }
  return kept;
}

function structured(request: CompletionRequest): readonly string[] | undefined {
  const { responseFormat } = request;
  const text = lastUserText(request);
  if (responseFormat.type === 'json_object') {
    return tokenize(JSON.stringify({ sandbox: true, words: countWords(text) }));
  }
  if (responseFormat.type === 'json_schema') {
    return tokenize(JSON.stringify(schemaInstance(responseFormat.schema, `${countWords(text)} words`)));
  }
  return undefined;
}

/** Whether the model thinks aloud before it answers. */
function reasons(request: CompletionRequest): boolean {
  if (request.reasoningEffort !== undefined) return request.reasoningEffort !== 'none';
  return request.model.includes('reasoner');
}

/** Decides what is answered: deterministic, from the request alone. */
export function planChoice(exchange: Exchange, request: CompletionRequest, index: number): PlannedChoice {
  const prompt = lastUserText(request);
  const tools = calledTools(request);
  const messages = request.messages.map(({ role, text }) => ({ role, content: text }));
  let finishReason: PlannedChoice['finishReason'] = tools.length > 0 ? 'tool_calls' : 'stop';
  const cut = (tokens: readonly string[]): readonly string[] => {
    if (tools.length > 0) return [];
    const full = structured(request) ?? [...tokenize(remarks(request)), ...tokens];
    const stopped = cutAtStop(full, request.stop);
    if (request.maxTokens === undefined || stopped.length <= request.maxTokens) return stopped;
    finishReason = 'length';
    return stopped.slice(0, request.maxTokens);
  };
  const speech = composeSpeech(
    exchange,
    { model: request.model, prompt, messages },
    { streamed: request.stream, cut, seedOffset: (request.seed ?? 0) + index },
  );
  const id = exchange.entry.request.number;
  return {
    index,
    reasoning: reasons(request) ? tokenize(`The user sent ${countWords(prompt)} words. I will say so.`) : [],
    speech,
    toolCalls: tools.map((tool, at) => planToolCall(tool, prompt, `call_sandbox_${id}_${index}_${at}`)),
    finishReason,
  };
}
