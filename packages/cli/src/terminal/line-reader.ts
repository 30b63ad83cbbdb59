import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Io, OutputStream } from './io.ts';

/** What came from the person at the terminal: a line, Ctrl-C on an empty line, or the end (Ctrl-D). */
export type LineInput =
  | { readonly type: 'line'; readonly text: string }
  | { readonly type: 'interrupt' }
  | { readonly type: 'end' };

/** Asks for lines, one at a time; what is typed in between waits for the next prompt. A paste of several lines is one. */
export interface LineReader {
  read(prompt: string): Promise<LineInput>;
  /** Called for Ctrl-C while nothing is being read; without it, the next `read` answers with it. */
  onInterrupt: (() => void) | undefined;
  close(): void;
}

/** Asks the terminal to mark what is pasted (bracketed paste, as xterm has it), and to stop that. */
const markPastes = { on: '\u001b[?2004h', off: '\u001b[?2004l' };

/** Stands before the further lines of a message. */
const furtherLine = '… ';

/**
 * Reads lines with editing and history. While nothing is being read, nothing is echoed, so that typing does not tear the
 * answer that is being printed.
 */
export function createLineReader({ stdin, stdout, stderr, env }: Io): LineReader {
  // The dialogue belongs to the terminal, also when the answers go to a file.
  const tty = stdout.isTTY ? stdout : stderr;
  const screen = mutedBetween(tty);
  const lines = createInterface({ input: stdin, output: screen.stream, terminal: true, historySize: 100 });
  const mark = (how: 'on' | 'off'): void => {
    if (env.TERM !== 'dumb') tty.write(markPastes[how]);
  };
  const waiting: LineInput[] = [];
  /** The lines of a paste that came before the one that is being edited. */
  let pasted: string[] = [];
  let pasting = false;
  let firstPrompt = '';
  let deliver: ((input: LineInput) => void) | undefined;
  const onKey = (_text: unknown, key: { readonly name?: string } = {}): void => {
    if (key.name === 'paste-start') pasting = true;
    if (key.name === 'paste-end') pasting = false;
  };
  stdin.on('keypress', onKey);
  mark('on');
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
  lines.on('line', (line) => {
    pasted.push(line);
    if (pasting) {
      lines.setPrompt(furtherLine);
      if (deliver) lines.prompt();
      return;
    }
    const text = pasted.join('\n');
    pasted = [];
    receive({ type: 'line', text });
  });
  lines.on('close', () => receive({ type: 'end' }));
  lines.on('SIGINT', () => {
    if (!deliver || (lines.line === '' && pasted.length === 0)) {
      receive({ type: 'interrupt' });
      return;
    }
    pasted = [];
    lines.write(null, { ctrl: true, name: 'e' });
    lines.setPrompt(firstPrompt);
    lines.write(null, { ctrl: true, name: 'u' });
  });
  // Back from Ctrl-Z: readline leaves its input paused, and a shell has switched the marks off.
  lines.on('SIGCONT', () => {
    mark('on');
    lines.resume();
  });
  const reader: LineReader = {
    onInterrupt: undefined,
    read(prompt) {
      const early = waiting.shift();
      screen.muted = false;
      if (early) {
        if (early.type === 'line') screen.stream.write(asTyped(prompt, early.text.split('\n')));
        screen.muted = true;
        return Promise.resolve(early);
      }
      firstPrompt = prompt;
      screen.stream.write(asTyped(prompt, pasted));
      lines.setPrompt(pasted.length === 0 ? prompt : furtherLine);
      lines.prompt(true);
      return new Promise((resolve) => {
        deliver = resolve;
      });
    },
    close: () => {
      mark('off');
      stdin.off('keypress', onKey);
      lines.close();
      screen.close();
    },
  };
  return reader;
}

/** What stands on the screen after these lines were typed. */
function asTyped(prompt: string, lines: readonly string[]): string {
  return lines.map((line, index) => `${index === 0 ? prompt : furtherLine}${line}\n`).join('');
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
