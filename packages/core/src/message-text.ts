import type { ContentPart, Message } from './request.ts';

/** The text of a message: its text parts, joined with nothing between. Other parts are not text; see `nonTextParts`. */
export function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content;
  let text = '';
  for (const part of content) if (part.type === 'text') text += part.text;
  return text;
}

/** The parts of a message that are not text. */
export function nonTextParts(content: Message['content']): readonly Exclude<ContentPart, { type: 'text' }>[] {
  return typeof content === 'string'
    ? []
    : content.filter((part): part is Exclude<ContentPart, { type: 'text' }> => part.type !== 'text');
}

/** Every text of the conversation, for redaction. */
export function promptTexts(messages: readonly Message[]): string[] {
  const texts: string[] = [];
  for (const message of messages) {
    if (typeof message.content === 'string') texts.push(message.content);
    else for (const part of message.content) if (part.type === 'text') texts.push(part.text);
    for (const call of message.toolCalls ?? []) texts.push(call.arguments);
  }
  return texts;
}
