import { ChatError } from './chat-error.ts';
import { LineDecoder } from './line-decoder.ts';

/**
 * Bytes to the values of a JSON-lines (NDJSON) body. Blank lines, and spaces or NUL bytes around a value, are skipped: some
 * servers pad with them to get past buffering proxies. Throws `invalid-response` for a line that is not JSON.
 */
export class JsonLinesDecoder {
  readonly #lines: LineDecoder;

  constructor(onValue: (value: unknown) => void, options: { maxLineBytes?: number } = {}) {
    this.#lines = new LineDecoder((line) => {
      const text = trimPadding(line);
      if (text.length > 0) onValue(parseJson(text, 'a line of the answer'));
    }, options.maxLineBytes);
  }

  push(chunk: Uint8Array): void {
    this.#lines.push(chunk);
  }

  end(): void {
    this.#lines.end();
  }
}

/** Takes white space and NUL characters off both ends. */
export function trimPadding(line: string): string {
  // Nearly every line begins and ends with a brace; looking for padding all over it costs more than the rest of a line.
  if (isPlain(line.charCodeAt(0)) && isPlain(line.charCodeAt(line.length - 1))) return line;
  const trimmed = line.trim();
  if (!trimmed.includes('\0')) return trimmed;
  let start = 0;
  let end = trimmed.length;
  while (start < end && isPadding(trimmed.charCodeAt(start))) start += 1;
  while (end > start && isPadding(trimmed.charCodeAt(end - 1))) end -= 1;
  return trimmed.slice(start, end);
}

/** A character of ASCII that is no padding: not so the NaN of an empty line. */
function isPlain(unit: number): boolean {
  return unit > 0x20 && unit < 0x7f;
}

function isPadding(unit: number): boolean {
  return unit <= 0x20;
}

/** `JSON.parse` that fails with `invalid-response` and says what was not JSON, without repeating its text. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ChatError('invalid-response', `${what} is not JSON (${text.length} characters)`, {
      sent: 'yes',
    });
  }
}
