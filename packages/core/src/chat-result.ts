import { ChatError, type PartialAnswer, setPartial } from './chat-error.ts';
import type { ChatEvent, FinishReason, SourceEvent, Usage, WarningEvent } from './events.ts';
import type { ToolCall } from './request.ts';
import type { RouteDecision } from './route-decision.ts';

/** A whole answer. */
export interface ChatResult {
  readonly text: string;
  /** Empty where the upstream showed none. */
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly sources: readonly SourceEvent[];
  readonly warnings: readonly WarningEvent[];
  readonly finishReason: FinishReason;
  readonly rawFinishReason?: string;
  readonly usage?: Usage;
  /** The upstream's id of the answer. */
  readonly id?: string;
  /** The model that the upstream says it used, else the one that was asked for. */
  readonly model?: string;
  /** Id of the provider that answered. */
  readonly provider?: string;
  readonly route?: RouteDecision;
}

/** The longest answer that is gathered, in UTF-16 units: one without an end would take all memory there is. */
const longestAnswer = 64 * 1024 * 1024;

/** What an event counts beside its text, in the same units. */
const eventUnits = 64;

/** Gathers events into one answer, of 64 Mi UTF-16 units at most. */
export class Collector {
  #units = 0;
  #text = '';
  #reasoning = '';
  readonly #toolCalls: ToolCall[] = [];
  readonly #sources: SourceEvent[] = [];
  readonly #warnings: WarningEvent[] = [];
  #id: string | undefined;
  #model: string | undefined;
  #finish: Extract<ChatEvent, { type: 'finish' }> | undefined;

  /** Throws `invalid-response` where the answer becomes too long. */
  add(event: ChatEvent): void {
    switch (event.type) {
      case 'text-delta':
        this.#count(event.text.length);
        this.#text += event.text;
        break;
      case 'reasoning-delta':
        this.#count(event.text.length);
        this.#reasoning += event.text;
        break;
      case 'tool-call':
        this.#count(eventUnits + event.id.length + event.name.length + event.arguments.length);
        this.#toolCalls.push({ id: event.id, name: event.name, arguments: event.arguments });
        break;
      case 'source':
        this.#count(eventUnits + (event.url?.length ?? 0) + (event.title?.length ?? 0));
        this.#sources.push(event);
        break;
      case 'warning':
        this.#count(eventUnits + event.message.length);
        if (event.code === 'restarted') this.#forget();
        this.#warnings.push(event);
        break;
      case 'response-metadata':
        this.#id = event.id ?? this.#id;
        this.#model = event.model ?? this.#model;
        break;
      case 'finish':
        this.#finish = event;
        break;
      default:
        break;
    }
  }

  #count(units: number): void {
    this.#units += units;
    if (this.#units <= longestAnswer) return;
    throw new ChatError(
      'invalid-response',
      `the answer is longer than ${longestAnswer} characters; read it piece by piece`,
      { sent: 'yes' },
    );
  }

  /** The answer begins again: nothing of two answers is mixed. Warnings stay, they are about the whole call. */
  #forget(): void {
    this.#text = '';
    this.#reasoning = '';
    this.#toolCalls.length = 0;
    this.#sources.length = 0;
    this.#id = undefined;
    this.#model = undefined;
  }

  /** What there is so far, for an error. */
  partial(): PartialAnswer {
    return { text: this.#text, reasoning: this.#reasoning, toolCalls: this.#toolCalls, complete: true };
  }

  /** The answer. Throws `truncated` if no `finish` came. */
  result(about: { provider?: string; model?: string; route?: RouteDecision } = {}): ChatResult {
    const finish = this.#finish;
    if (!finish) {
      throw new ChatError('truncated', 'the stream ended without a finish event', {
        provider: about.provider,
        model: about.model,
        sent: 'yes',
        partial: this.partial(),
      });
    }
    const model = this.#model ?? about.model;
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      toolCalls: this.#toolCalls,
      sources: this.#sources,
      warnings: this.#warnings,
      finishReason: finish.reason,
      ...(finish.rawReason === undefined ? {} : { rawFinishReason: finish.rawReason }),
      ...(finish.usage === undefined ? {} : { usage: finish.usage }),
      ...(this.#id === undefined ? {} : { id: this.#id }),
      ...(model === undefined ? {} : { model }),
      ...(about.provider === undefined ? {} : { provider: about.provider }),
      ...(about.route === undefined ? {} : { route: about.route }),
    };
  }
}

/**
 * Reads a stream to its end and returns the whole answer. Works on any iterable of events, also after `tee` or `mapText`.
 * Throws what the stream throws, with everything received so far as `partial`.
 */
export function collect(
  stream: AsyncIterable<ChatEvent> & { provider?: string; model?: string; route?: RouteDecision },
): Promise<ChatResult> {
  return collectFrom(stream, stream);
}

/** The same, for events that do not tell themselves whose they are. */
export async function collectFrom(
  events: AsyncIterable<ChatEvent>,
  about: { readonly provider?: string; readonly model?: string; readonly route?: RouteDecision },
): Promise<ChatResult> {
  const collector = new Collector();
  try {
    for await (const event of events) collector.add(event);
  } catch (error) {
    if (ChatError.is(error)) setPartial(error, collector.partial());
    throw error;
  }
  return collector.result(about);
}
