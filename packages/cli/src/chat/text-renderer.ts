import { printable } from '../terminal/printable.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Renderer } from './renderer.ts';

/**
 * The text on stdout as it comes, with one line feed at its end. On a terminal its control characters are made harmless, and
 * reasoning is shown on stderr; a pipe gets the upstream's text as it is, and no reasoning.
 */
export function createTextRenderer({ out, err, errColours, note, spinner }: Terminal): Renderer {
  const shown = out.isTerminal ? printable : (text: string): string => text;
  let lineOpen = false;
  let reasoning = false;
  const told = new Set<string>();

  const endReasoning = async (): Promise<void> => {
    if (!reasoning) return;
    reasoning = false;
    await err.write('\n\n');
  };

  return {
    start: () => spinner.start('waiting for the first token'),
    async begin() {
      spinner.stop();
    },
    async event(event) {
      if (event.type === 'text-delta' && event.text !== '') {
        await endReasoning();
        lineOpen = !event.text.endsWith('\n');
        await out.write(shown(event.text));
      } else if (event.type === 'reasoning-delta' && err.isTerminal && event.text !== '') {
        reasoning = true;
        await err.write(errColours.dim(printable(event.text)));
      } else if (event.type === 'warning' && !told.has(event.message)) {
        // Once in a conversation: the next answers have the same to say.
        told.add(event.message);
        await note(event.message);
      }
    },
    async end() {
      spinner.stop();
      await endReasoning();
      if (lineOpen) await out.write('\n');
      lineOpen = false;
    },
  };
}
