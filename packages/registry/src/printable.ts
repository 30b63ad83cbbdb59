import { bounded } from '@sluice/core';

/** What would move a terminal's cursor, colour it, or turn its text around: control and format characters, line and paragraph ends. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Text of others as one bounded line that does nothing to a terminal. `maxChars` counts UTF-16 units. */
export function printable(text: string, maxChars: number): string {
  return bounded(text.replace(unprintable, ' ').trim(), maxChars);
}

/** Whether a text can be shown as it is. */
export function isPrintable(text: string): boolean {
  return text.search(unprintable) === -1;
}
