import { stripVTControlCharacters } from 'node:util';

/**
 * Whether an output is what a guide shows; what is missing, or nothing. Every line that is shown must come, in that order, and `…`
 * stands for anything within a line. Lines that are not shown may come between.
 */
export function matchOutput(shown: string, output: string): string | undefined {
  const came = stripVTControlCharacters(output).split(/\r?\n/);
  let next = 0;
  for (const line of shown.split('\n').map((each) => each.trim())) {
    if (line === '' || line === '…') continue;
    const pattern = new RegExp(
      `^\\s*${line
        .split('…')
        .map((part) => literally(part))
        .join('.*')}\\s*$`,
    );
    const found = came.findIndex((each, index) => index >= next && pattern.test(each));
    if (found < 0) return line;
    next = found + 1;
  }
  return undefined;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
