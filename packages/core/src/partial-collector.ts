import type { PartialAnswer } from './chat-error.ts';
import type { ToolCall } from './request.ts';

/** What each part of a partial answer holds at most, in UTF-16 units: a longer one is cut. */
const longestPartial = 262_144;

/** Keeps what a reader was given, in case the answer breaks off: bounded, since an answer may have no end. */
export class PartialCollector {
  #text = '';
  #reasoning = '';
  #toolCalls: ToolCall[] = [];
  #toolCallUnits = 0;
  #complete = true;

  text(piece: string): void {
    this.#text += this.#fitting(piece, longestPartial - this.#text.length);
  }

  reasoning(piece: string): void {
    this.#reasoning += this.#fitting(piece, longestPartial - this.#reasoning.length);
  }

  /** A call counts whole or not at all: cut arguments would be no JSON. */
  toolCall({ id, name, arguments: text }: ToolCall): void {
    const units = id.length + name.length + text.length;
    if (this.#toolCallUnits + units > longestPartial) {
      this.#complete = false;
      return;
    }
    this.#toolCallUnits += units;
    this.#toolCalls.push({ id, name, arguments: text });
  }

  /** The answer begins again. */
  forget(): void {
    this.#text = '';
    this.#reasoning = '';
    this.#toolCalls = [];
    this.#toolCallUnits = 0;
    this.#complete = true;
  }

  /** What there is so far; nothing where nothing was said. */
  partial(): PartialAnswer | undefined {
    if (this.#text === '' && this.#reasoning === '' && this.#toolCalls.length === 0 && this.#complete) {
      return undefined;
    }
    return {
      text: this.#text,
      reasoning: this.#reasoning,
      toolCalls: this.#toolCalls,
      complete: this.#complete,
    };
  }

  #fitting(piece: string, room: number): string {
    if (piece.length <= room) return piece;
    this.#complete = false;
    return piece.slice(0, room);
  }
}
