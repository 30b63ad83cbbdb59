import type { PartialAnswer } from './chat-error.ts';
import type { ToolCall } from './request.ts';

/** What each part of a partial answer holds at most, in UTF-16 units: a longer one is cut. */
const longestPartial = 262_144;

/** How many pieces are kept before they become one. */
const mostPieces = 64;

/**
 * A text that grows by small pieces. Adding them to a string keeps each of them and a node of V8's that joins it to the rest,
 * more than fifty bytes for a token of four; joined from time to time, a text takes what it says.
 */
class GrowingText {
  length = 0;
  #joined = '';
  #pieces: string[] = [];

  add(piece: string): void {
    this.length += piece.length;
    if (this.#pieces.push(piece) >= mostPieces) this.#join();
  }

  toString(): string {
    this.#join();
    return this.#joined;
  }

  #join(): void {
    this.#joined += this.#pieces.join('');
    this.#pieces = [];
  }
}

/** Keeps what a reader was given, in case the answer breaks off: bounded, since an answer may have no end. */
export class PartialCollector {
  #text: GrowingText = new GrowingText();
  /** Most answers have none. */
  #reasoning: GrowingText | undefined;
  #toolCalls: ToolCall[] = [];
  #toolCallUnits = 0;
  #complete = true;

  text(piece: string): void {
    this.#add(piece, this.#text);
  }

  reasoning(piece: string): void {
    this.#reasoning ??= new GrowingText();
    this.#add(piece, this.#reasoning);
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
    this.#text = new GrowingText();
    this.#reasoning = undefined;
    this.#toolCalls = [];
    this.#toolCallUnits = 0;
    this.#complete = true;
  }

  /** What there is so far; nothing where nothing was said. */
  partial(): PartialAnswer | undefined {
    if (
      this.#text.length === 0 &&
      (this.#reasoning?.length ?? 0) === 0 &&
      this.#toolCalls.length === 0 &&
      this.#complete
    ) {
      return undefined;
    }
    return {
      text: this.#text.toString(),
      reasoning: this.#reasoning?.toString() ?? '',
      toolCalls: this.#toolCalls,
      complete: this.#complete,
    };
  }

  #add(piece: string, to: GrowingText): void {
    const room = longestPartial - to.length;
    if (piece.length > room) this.#complete = false;
    if (room > 0) to.add(piece.length > room ? piece.slice(0, room) : piece);
  }
}
