/**
 * Text from elsewhere, made harmless for a terminal: a control character is shown as its picture (ESC as `␛`), so that no
 * sequence of them can move the cursor, change the title or the clipboard, or hide what was printed. Line feeds and tabs stay;
 * carriage returns go, for they would overwrite the line. Each character is judged alone, so text may be cut anywhere.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x0d) return '';
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** The same on one line: for messages. */
export function printableLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

/** C0 without tab and line feed, DEL, C1, and the marks that turn the direction of text around (Unicode, UAX 9). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const unprintable = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
