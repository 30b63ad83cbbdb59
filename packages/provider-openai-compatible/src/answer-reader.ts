import { ChatError, type ChatEvent } from '@sluice/core';
import { type AnswerOrigin, errorFromMessage, isErrorMessage, notTheProtocol } from './answer-errors.ts';
import { partsText } from './content-parts.ts';
import { finishReason } from './finish-reason.ts';
import { isObject, type JsonObject } from './json-value.ts';
import { ToolCallAssembler } from './tool-call-assembler.ts';
import { readUsage } from './usage.ts';

/** What a reader needs to know of the call. */
export interface AnswerReading extends AnswerOrigin {
  readonly includeRaw: boolean;
  /** Token counts were asked for: they follow the finish reason, so the answer is not over with it. */
  readonly expectsUsage: boolean;
}

/**
 * Decoded messages of one answer to events: the chunks of a stream, or the one message of a whole answer, which is read as
 * a chunk that brings everything at once.
 *
 * Only the choice with index 0 is an answer; others are reported once and left out. Nothing comes after `finish`.
 */
export class AnswerReader {
  /** `finish` was appended. */
  finished = false;
  /** Any message was read that has choices. */
  hasChoices = false;
  readonly #reading: AnswerReading;
  readonly #toolCalls: ToolCallAssembler;
  #described = false;
  #answerId: string | undefined;
  #spoke = false;
  #refused = false;
  #warned = false;
  #reason: string | undefined;
  #usage: unknown;

  constructor(reading: AnswerReading) {
    this.#reading = reading;
    this.#toolCalls = new ToolCallAssembler(reading.provider);
  }

  /** Appends the events of one message. Throws the error that it is, or `invalid-response`. */
  read(message: unknown, into: ChatEvent[]): void {
    if (this.finished) return;
    if (this.#reading.includeRaw) into.push({ type: 'raw', value: message });
    if (!isObject(message) || message.error) {
      if (isErrorMessage(message)) throw errorFromMessage(message, this.#reading);
      throw notTheProtocol('sent a message that is not an object', message, this.#reading);
    }
    if (!this.#described) this.#describe(message, into);
    const { choices, usage } = message;
    if (usage) this.#usage = usage;
    if (Array.isArray(choices)) {
      this.hasChoices = true;
      for (let at = 0; at < choices.length; at += 1) this.#choice(choices[at], at, into);
    } else if (isErrorMessage(message)) {
      throw errorFromMessage(message, this.#reading);
    }
    if (this.#reason !== undefined && (this.#usage || !this.#reading.expectsUsage)) this.finish(into);
  }

  /** Appends the text of a message that brings nothing else. */
  readText(text: string, into: ChatEvent[]): void {
    if (text !== '' && this.#reason === undefined && !this.finished) into.push({ type: 'text-delta', text });
  }

  /** The protocol's end was seen (`[DONE]`, or the end of a whole answer): appends `finish`. */
  finish(into: ChatEvent[]): void {
    if (this.finished) return;
    this.#toolCalls.end(this.#answerId, into);
    const usage = readUsage(this.#usage);
    into.push({
      type: 'finish',
      reason: finishReason(this.#reason, { toolCalls: this.#toolCalls.begun, refused: this.#refused }),
      ...(this.#reason === undefined ? {} : { rawReason: this.#reason }),
      ...(usage === undefined ? {} : { usage }),
    });
    this.finished = true;
  }

  /** The bytes have ended: a finish reason is end enough, without one the answer was cut off. Throws `truncated`. */
  end(into: ChatEvent[]): void {
    if (this.finished) return;
    if (this.#reason === undefined) {
      throw new ChatError(
        'truncated',
        `${this.#reading.provider} ended its answer without a finish reason and without [DONE]`,
        { sent: 'yes' },
      );
    }
    this.finish(into);
  }

  #choice(choice: unknown, at: number, into: ChatEvent[]): void {
    if (!isObject(choice)) return;
    const { index } = choice;
    if (index !== 0 && (typeof index === 'number' ? index : at) !== 0) {
      this.#warnOfChoices(into);
      return;
    }
    // The choice has ended: what a server adds is no part of the answer.
    if (this.#reason !== undefined) return;
    const { delta } = choice;
    if (isObject(delta)) this.#delta(delta, into);
    // A whole message counts only where no deltas brought it already.
    else if (!this.#spoke && isObject(choice.message)) this.#delta(choice.message, into);
    const reason = choice.finish_reason;
    // Some servers write "" or "null" where others write null.
    if (typeof reason === 'string' && reason !== '' && reason !== 'null') this.#end(reason, choice);
  }

  #delta(delta: JsonObject, into: ChatEvent[]): void {
    const reasoning = delta.reasoning_content || delta.reasoning;
    if (reasoning && typeof reasoning === 'string') {
      this.#spoke = true;
      into.push({ type: 'reasoning-delta', text: reasoning });
    }
    const { content } = delta;
    if (content) {
      this.#spoke = true;
      if (typeof content === 'string') into.push({ type: 'text-delta', text: content });
      else this.#parts(content, into);
    }
    if (delta.refusal && typeof delta.refusal === 'string') {
      this.#spoke = true;
      this.#refused = true;
      into.push({ type: 'text-delta', text: delta.refusal });
    }
    if (delta.tool_calls) {
      this.#spoke = true;
      this.#toolCalls.push(delta.tool_calls, into);
    }
    // What tools were called before there were several.
    if (delta.function_call) {
      this.#spoke = true;
      this.#toolCalls.push([{ index: 0, function: delta.function_call }], into);
    }
    if (delta.annotations) readSources(delta.annotations, into);
  }

  #parts(content: unknown, into: ChatEvent[]): void {
    const events = partsText(content);
    if (!events) {
      throw notTheProtocol('sent content that is neither text nor a list of parts', content, this.#reading);
    }
    // One by one: as arguments of a call, some thousands would be too many.
    for (const event of events) into.push(event);
  }

  #end(reason: string, choice: JsonObject): void {
    // OpenRouter and Mistral: the model failed in the middle of the answer.
    if (reason === 'error') {
      throw errorFromMessage(choice.error ? choice : { error: 'the model failed' }, this.#reading);
    }
    this.#reason = reason;
  }

  #describe(message: JsonObject, into: ChatEvent[]): void {
    const { id, model, created } = message;
    const hasId = typeof id === 'string' && id !== '';
    const hasModel = typeof model === 'string' && model !== '';
    // Azure's first message has empty fields; the next one tells.
    if (!hasId && !hasModel) return;
    this.#described = true;
    if (hasId) this.#answerId = id;
    into.push({
      type: 'response-metadata',
      ...(hasId ? { id } : {}),
      ...(hasModel ? { model } : {}),
      ...(typeof created === 'number' && created > 0 ? { createdAtMs: created * 1_000 } : {}),
    });
  }

  #warnOfChoices(into: ChatEvent[]): void {
    if (this.#warned) return;
    this.#warned = true;
    into.push({
      type: 'warning',
      code: 'ignored-content',
      feature: 'n',
      message: `${this.#reading.provider} sent several choices; only the first is delivered`,
    });
  }
}

/** Sources that the model cites: OpenAI's `url_citation`. */
function readSources(annotations: unknown, into: ChatEvent[]): void {
  if (!Array.isArray(annotations)) return;
  for (const annotation of annotations as readonly unknown[]) {
    const citation = isObject(annotation) ? annotation.url_citation : undefined;
    if (!isObject(citation) || typeof citation.url !== 'string') continue;
    into.push({
      type: 'source',
      url: citation.url,
      ...(typeof citation.title === 'string' ? { title: citation.title } : {}),
    });
  }
}
