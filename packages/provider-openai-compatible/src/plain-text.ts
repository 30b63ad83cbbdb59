import { isObject } from './json-value.ts';

/** The text of a message that brings a piece of text and nothing else. */
export function plainText(message: unknown): string | undefined {
  if (!isObject(message) || message.usage || !Array.isArray(message.choices)) return undefined;
  if (message.choices.length !== 1) return undefined;
  const choice = message.choices[0] as unknown;
  if (!isObject(choice) || choice.finish_reason || !isObject(choice.delta)) return undefined;
  const { content } = choice.delta;
  return typeof content === 'string' && content !== '' ? content : undefined;
}
