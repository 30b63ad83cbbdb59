import {
  type ChatError,
  type ChatEvent,
  errorFromObject,
  errorFromPage,
  ChatError as Failure,
  type FinishReason,
  isPage,
  type Secrets,
  TextPattern,
} from '@sluice/core';
import type { EventDecoder } from '@sluice/core/http';
import { isRecord, type JsonRecord, tryJson } from '../wire/json-value.ts';
import { padding, withoutPadding } from './padding.ts';
import { doneMark, ReplyLines } from './reply-lines.ts';
import { StreamedText } from './streamed-text.ts';
import { isTgiEvent, readTgiEvent, statusOfErrorType, type TgiEvent } from './tgi-events.ts';
import { ThinkTags } from './think-tags.ts';
import { type AnswerSink, readUpdate } from './updates.ts';

/** What a decoder has to know of the call. */
export interface ReplyContext {
  readonly provider: string;
  readonly model: string;
  readonly secrets: Secrets;
  /** What was sent: a server of era B that generated nothing sends it back as its answer. */
  readonly prompt: string;
  /**
   * Whether a final text that was never streamed is an answer. It is in eras with a tree; before them it is the prompt, or
   * what was left of a failure.
   */
  readonly trustsFinalText: boolean;
  readonly thinkTags: 'text' | 'reasoning';
  readonly includeRaw: boolean;
  /** How many tokens the model server was told to say at most. */
  readonly maxNewTokens?: number | undefined;
  /** Request fields that have no effect where the server speaks in updates: reported once it does. */
  readonly samplingFields: readonly string[];
}

/** A decoder that also tells which grammar it met: how a server's era is learnt. */
export interface ReplyDecoder extends EventDecoder {
  readonly grammar: 'tgi' | 'updates' | undefined;
}

/** Decodes the reply to a message, of any era. */
export function createReplyDecoder(context: ReplyContext): ReplyDecoder {
  return new Reply(context);
}

class Reply implements ReplyDecoder, AnswerSink {
  grammar: 'tgi' | 'updates' | undefined;
  readonly #context: ReplyContext;
  readonly #lines: ReplyLines;
  readonly #think: ThinkTags | undefined;
  readonly #streamed = new StreamedText();
  /** None where every update has to be decoded, because the caller wants to see it. */
  readonly #pattern: TextPattern | undefined;
  #into: ChatEvent[] = [];
  #ended = false;
  /** Tokens of the model server, its mark of the end aside. */
  #said = 0;
  /** The first half of a surrogate pair whose other half is in the next token. */
  #half = '';

  constructor(context: ReplyContext) {
    this.#context = context;
    this.#lines = new ReplyLines({
      recognise: (line) => this.#recognise(line),
      value: (value, json) => this.#value(value, json),
      stray: () => this.#notTheProtocol(),
    });
    this.#pattern = context.includeRaw ? undefined : new TextPattern(['token'], { padding });
    this.#think = context.thinkTags === 'reasoning' ? new ThinkTags() : undefined;
  }

  push(chunk: Uint8Array, into: ChatEvent[]): void {
    if (this.#ended) return;
    this.#into = into;
    try {
      this.#lines.push(chunk);
    } catch (error) {
      // What was held back arrived before the failure, and counts.
      this.#flush();
      throw error;
    }
  }

  end(into: ChatEvent[]): void {
    if (this.#ended) return;
    this.#into = into;
    this.#lines.end();
    if (this.#ended) return;
    this.#flush();
    if (this.#lines.stray !== '') this.#notTheProtocol();
    const { provider } = this.#context;
    throw this.#failure(
      'truncated',
      `${provider} ended its answer ${this.#lines.cut ? 'within a line' : 'without its end'}`,
    );
  }

  text(token: string): void {
    const text = this.#half + withoutPadding(token);
    // A lone half would become U+FFFD wherever the text is written as bytes.
    this.#half = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : '';
    this.#show(this.#half === '' ? text : text.slice(0, -1));
  }

  finalText(text: string, interrupted: boolean): void {
    this.#conclude(text, { reason: interrupted ? 'interrupted' : 'stop' });
  }

  finished(): void {
    this.#finish({ reason: 'stop', rawReason: 'finished' });
  }

  failed(message: string | undefined, statusCode: number | undefined): never {
    const { provider } = this.#context;
    if (message !== undefined && /\bno output was generated\b/i.test(message)) {
      throw this.#failure('empty-response', `${provider} generated nothing`);
    }
    // Before E a status of the model server is only there as the message's first word.
    const status = statusCode ?? Number(/^[45]\d\d(?= )/.exec(message ?? '')?.[0] ?? Number.NaN);
    throw this.#reported({
      ...(message === undefined ? {} : { message }),
      ...(Number.isNaN(status) ? {} : { statusCode: status }),
    });
  }

  event(event: ChatEvent): void {
    this.#into.push(event);
  }

  /** Most updates of an answer bring a token, and differ in nothing else. */
  #recognise(line: string): boolean {
    const token = this.#pattern?.match(line);
    if (token === undefined) return false;
    if (!this.#ended) this.text(token);
    return true;
  }

  #value(value: unknown, json: string): void {
    if (this.#ended) return;
    if (value === doneMark) {
      this.#finish({ reason: 'stop', rawReason: doneMark });
      return;
    }
    // The plain answer of a model server that was not asked to stream is a list of one.
    const message: unknown = Array.isArray(value) ? value[0] : value;
    if (this.#context.includeRaw) this.#into.push({ type: 'raw', value });
    if (!isRecord(message)) {
      throw this.#failure(
        'invalid-response',
        `${this.#context.provider} sent an event that is not an object`,
      );
    }
    if (isTgiEvent(message)) this.#tgi(message);
    else if (typeof message.type === 'string') this.#update(message, json);
    else if (message.error !== undefined || message.message !== undefined) throw this.#tgiError(message);
  }

  #tgi(message: JsonRecord): void {
    this.grammar ??= 'tgi';
    const event = readTgiEvent(message);
    if (event.isSaid) this.#said += 1;
    if (event.text !== undefined) this.text(event.text);
    if (event.generatedText === undefined) return;
    this.#conclude(event.generatedText, event.finish ?? this.#likelyFinish(event), event.outputTokens);
  }

  /**
   * A model server tells why it ended only where it was asked for details, and servers of this era don't ask. One that said as many
   * tokens as it may, the last of them no mark of an end, was cut off there.
   */
  #likelyFinish(last: TgiEvent): { readonly reason: FinishReason } {
    return { reason: last.isSaid && this.#said === this.#context.maxNewTokens ? 'length' : 'stop' };
  }

  #tgiError(message: JsonRecord): ChatError {
    return this.#reported(message, statusOfErrorType(message.error_type));
  }

  #update(update: JsonRecord, json: string): void {
    if (!this.grammar) {
      this.grammar = 'updates';
      for (const feature of this.#context.samplingFields) {
        this.#into.push({
          type: 'warning',
          code: 'unsupported-parameter',
          feature,
          message: `this server takes ${feature} from its own configuration: the request's has no effect`,
        });
      }
    }
    readUpdate(update, this);
    if (update.type === 'stream' && this.#pattern?.wantsLesson) this.#pattern.learn(json, update);
  }

  /** The server has said its whole answer. */
  #conclude(
    finalText: string,
    finish: { readonly reason: FinishReason; readonly rawReason?: string },
    outputTokens?: number,
  ): void {
    const { provider, prompt, trustsFinalText } = this.#context;
    if (this.#streamed.empty && this.grammar === 'updates') {
      const echo = evenSpaces(finalText) === evenSpaces(prompt);
      if (finalText !== '' && (echo || !trustsFinalText)) {
        throw this.#failure(
          'empty-response',
          `${provider} generated nothing${echo ? ' and sent the prompt back as its answer' : ''}`,
        );
      }
    }
    this.#showHalf();
    // Only a model server has a reason to send the prompt as well (`return_full_text`).
    const mayStandBefore = (text: string): boolean => this.grammar === 'tgi' || text.includes(prompt.trim());
    const { missing, problem } = this.#streamed.compare(finalText, mayStandBefore);
    if (missing !== '') this.text(missing);
    if (problem !== undefined) {
      this.#flush();
      this.#into.push({ type: 'warning', code: 'other', feature: 'finalAnswer', message: problem });
    }
    this.#finish(finish, outputTokens);
  }

  #finish(
    finish: { readonly reason: FinishReason; readonly rawReason?: string },
    outputTokens?: number,
  ): void {
    this.#flush();
    this.#ended = true;
    this.#into.push({
      type: 'finish',
      ...finish,
      ...(outputTokens === undefined ? {} : { usage: { outputTokens } }),
    });
  }

  #show(text: string): void {
    if (text === '') return;
    this.#streamed.add(text);
    if (this.#think) this.#think.push(text, this.#into);
    else this.#into.push({ type: 'text-delta', text });
  }

  /** Nothing more comes: what was held back is shown. */
  #flush(): void {
    this.#showHalf();
    this.#think?.end(this.#into);
  }

  #showHalf(): void {
    this.#show(this.#half);
    this.#half = '';
  }

  #reported(value: unknown, status?: number): ChatError {
    const { provider, model, secrets } = this.#context;
    this.#flush();
    return errorFromObject(value, { provider, model, secrets, ...(status === undefined ? {} : { status }) });
  }

  /** Something else came. After the protocol it is noise of whatever stands between; instead of it, it is the failure. */
  #notTheProtocol(): void {
    if (this.grammar) return;
    const { provider, model, secrets } = this.#context;
    const { stray } = this.#lines;
    if (isPage(stray)) throw errorFromPage(stray, { provider, model, secrets });
    const json = tryJson(stray);
    if (isRecord(json)) throw errorFromObject(json, { provider, model, secrets });
    throw this.#failure(
      'invalid-response',
      `${provider} answered with something that is not chat-ui's protocol; check that baseURL is the address of a chat-ui server`,
    );
  }

  #failure(code: 'truncated' | 'invalid-response' | 'empty-response', message: string): ChatError {
    this.#flush();
    return new Failure(code, message, {
      provider: this.#context.provider,
      model: this.#context.model,
      sent: 'yes',
    });
  }
}

/** Servers change the white space of what they send back. */
function evenSpaces(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
