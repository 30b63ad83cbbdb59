import { type Message, textOf } from '@sluice/core';

/** What the formatter reads of a message. */
export interface PromptMessage {
  readonly role: string;
  readonly content: Message['content'];
}

/**
 * Writes a conversation into one prompt, as the original clients did: `Role: content` lines, blank messages left out, and
 * `Assistant:` at the end. A single message goes bare, whatever its role. Contents are not trimmed; of several parts the text
 * counts.
 *
 * @example
 * formatPrompt([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'Hi' }]);
 * // 'System: Be brief.\nUser: Hi\nAssistant:'
 */
export function formatPrompt(messages: readonly PromptMessage[]): string {
  const [only] = messages;
  if (only && messages.length === 1) return textOf(only.content);
  const lines = messages.flatMap(({ role, content }) => {
    const text = textOf(content);
    return isBlank(text) ? [] : [`${capitalized(role)}: ${text}`];
  });
  return `${lines.join('\n')}\nAssistant:`;
}

/**
 * Whether a text has nothing but white space, as Python's `strip()` sees it, and with it the original clients. It differs from
 * JavaScript's `trim()`: U+001C to U+001F and U+0085 count, U+FEFF does not.
 */
function isBlank(text: string): boolean {
  for (const character of text) {
    const unit = character.charCodeAt(0);
    if ((unit < 0x1c || unit > 0x1f) && !whiteSpace.test(character)) return false;
  }
  return true;
}

const whiteSpace = /\p{White_Space}/u;

/** Python's `capitalize()`: the first character upper case, all others lower. */
function capitalized(role: string): string {
  const [first = ''] = role;
  const [initial = '', ...more] = first.toUpperCase();
  return initial + (more.join('') + role.slice(first.length)).toLowerCase();
}
