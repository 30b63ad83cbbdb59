import displayWidth from 'fast-string-width';
import { printableLine } from './printable.ts';

/** What stands in one place of a table: text, and what its colour is. The width is that of the text alone. */
export type Cell = string | { readonly text: string; readonly style: (text: string) => string };

/** A column. */
export interface Column {
  readonly title: string;
  /** Numbers with their units stand at the right. Default `left`. */
  readonly align?: 'left' | 'right';
}

const gap = '  ';

/** A longer text does not widen its column for all the others, and the longest that is shown, both in places of the screen. */
const widest = 120;
const longest = 400;

/**
 * Lines of a table: the titles, then the rows, each column as wide as its widest text on a screen (an emoji and a Chinese
 * character take two places). Control characters are made harmless. No line ends in spaces.
 *
 * @example
 * for (const line of tableLines([{ title: 'model' }], [['llama3:8b']], colours.bold)) await out.write(`${line}\n`);
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  styleTitle: (text: string) => string = (text) => text,
): readonly string[] {
  const lines = [columns.map(({ title }): Cell => ({ text: title, style: styleTitle })), ...rows].map(
    (cells) => columns.map((_column, index) => shown(cells[index] ?? '')),
  );
  const widths = columns.map((_column, index) =>
    lines.reduce((width, cells) => {
      const own = displayWidth(cells[index]?.text ?? '');
      return own > widest ? width : Math.max(width, own);
    }, 0),
  );
  return lines.map((cells) =>
    cells
      .map((cell, index) => padded(cell, widths[index] ?? 0, columns[index]?.align ?? 'left'))
      .join(gap)
      .trimEnd(),
  );
}

interface ShownCell {
  readonly text: string;
  readonly style: (text: string) => string;
}

function shown(cell: Cell): ShownCell {
  const { text, style } = typeof cell === 'string' ? { text: cell, style: (plain: string) => plain } : cell;
  const line = printableLine(text);
  return { text: line.length > longest ? `${line.slice(0, longest)}…` : line, style };
}

/** The spaces stand outside of the colour, so that those at the end of a line can go. */
function padded({ text, style }: ShownCell, width: number, align: 'left' | 'right'): string {
  const spaces = ' '.repeat(Math.max(0, width - displayWidth(text)));
  const styled = text === '' ? '' : style(text);
  return align === 'right' ? spaces + styled : styled + spaces;
}
