import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Io, OutputStream } from './io.ts';

/** What came from the person at the terminal: a line, Ctrl-C on an empty line, or the end (Ctrl-D). */
export type LineInput =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'interrupt' }
  | { readonly type: 'end' };

/** Asks for lines, one at a time; what is typed in between waits for the next prompt. */
export interface LineReader {
  read(prompt: string): Promise<LineInput>;
  /** Called for Ctrl-C while nothing is being read; without it, the next `read` answers with it. */
  onInterrupt: (() => void) | undefined;
  close(): void;
}

/**
 * Reads lines with editing and history. While nothing is being read, nothing is echoed, so that typing does not tear the
 * answer that is being printed.
 */
export function createLineReader({ stdin, stdout, stderr }: Io): LineReader {
  // The dialogue belongs to the terminal, also when the answers go to a file.
  const screen = mutedBetween(stdout.isTTY ? stdout : stderr);
  const lines = createInterface({ input: stdin, output: screen.stream, terminal: true, historySize: 100 });
  const waiting: LineInput[] = [];
  let deliver: ((input: LineInput) => void) | undefined;
  const receive = (input: LineInput): void => {
    if (deliver) {
      // At once, and not when the reader wakes up: pasted lines come in one go.
      const resolve = deliver;
      deliver = undefined;
      if (input.type !== 'line') screen.stream.write('\n');
      screen.muted = true;
      resolve(input);
    } else if (input.type === 'interrupt' && reader.onInterrupt) {
      reader.onInterrupt();
    } else {
      waiting.push(input);
    }
  };
  lines.on('line', (text) => receive({ type: 'line', text }));
  lines.on('close', () => receive({ type: 'end' }));
  lines.on('SIGINT', () => {
    if (deliver && lines.line !== '') lines.write(null, { ctrl: true, name: 'u' });
    else receive({ type: 'interrupt' });
  });
  const reader: LineReader = {
    onInterrupt: undefined,
    read(prompt) {
      const early = waiting.shift();
      screen.muted = false;
      if (early) {
        if (early.type === 'line') screen.stream.write(`${prompt}${early.text}\n`);
        screen.muted = true;
        return Promise.resolve(early);
      }
      lines.setPrompt(prompt);
      lines.prompt(true);
      return new Promise((resolve) => {
        deliver = resolve;
      });
    },
    close: () => {
      lines.close();
      screen.close();
    },
  };
  return reader;
}

interface Screen {
  readonly stream: Writable;
  muted: boolean;
  close(): void;
}

function mutedBetween(target: OutputStream): Screen {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      if (!screen.muted) target.write(chunk);
      done();
    },
  });
  // readline wraps its line by the width of its output.
  Object.defineProperty(stream, 'columns', { get: () => target.columns });
  const resized = (): boolean => stream.emit('resize');
  target.on('resize', resized);
  const screen: Screen = { stream, muted: true, close: () => void target.off('resize', resized) };
  return screen;
}
