import { type Colours, coloursFor } from './colours.ts';
import type { Io } from './io.ts';
import { printableLine } from './printable.ts';
import { createSpinner, type Spinner, silentSpinner } from './spinner.ts';
import { type Writer, writerOf } from './writer.ts';

/** What a command talks to: answers go to `out`, everything about them to `err`. */
export interface Terminal {
  readonly io: Io;
  readonly out: Writer;
  readonly err: Writer;
  /** Colours of `out`. */
  readonly outColours: Colours;
  /** Colours of `err`. */
  readonly errColours: Colours;
  /** Says that something is waited for; nothing with `--quiet`. A line on stderr ends it. */
  readonly spinner: Spinner;
  /** One line about what happens, on stderr; nothing with `--quiet`. */
  note(line: string): Promise<void>;
  /** One line on stderr that `--quiet` does not hide. */
  complain(line: string): Promise<void>;
}

/** The options that every command has. */
export interface TerminalOptions {
  /** `--no-color` makes it false. */
  readonly color?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

export function createTerminal(io: Io, { color, quiet = false }: TerminalOptions = {}): Terminal {
  const out = writerOf(io.stdout);
  const err = writerOf(io.stderr);
  const errColours = coloursFor(io.stderr, io.env, color);
  const spinner = quiet ? silentSpinner : createSpinner(io);
  return {
    io,
    out,
    err,
    outColours: coloursFor(io.stdout, io.env, color),
    errColours,
    spinner,
    async note(line) {
      spinner.stop();
      if (!quiet) await err.write(`${errColours.dim(`sluice: ${printableLine(line)}`)}\n`);
    },
    async complain(line) {
      spinner.stop();
      await err.write(`${errColours.red('sluice:')} ${printableLine(line)}\n`);
    },
  };
}
