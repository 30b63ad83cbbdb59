import type { ChatEvent } from '@sluice/core';
import { isObject } from './json-value.ts';

/**
 * The events of content that comes as a list of parts instead of text (Mistral's reasoning models): `text` parts are text,
 * `thinking` parts are reasoning, others hold nothing that can be shown. Nothing if it is no list.
 */
export function partsText(content: unknown): readonly ChatEvent[] | undefined {
  if (!Array.isArray(content)) return undefined;
  const events: ChatEvent[] = [];
  for (const part of content as readonly unknown[]) {
    if (!isObject(part)) continue;
    if (part.type === 'text') pushText(events, 'text-delta', part.text);
    else if (part.type === 'thinking') pushText(events, 'reasoning-delta', textOfThinking(part.thinking));
  }
  return events;
}

function pushText(into: ChatEvent[], type: 'text-delta' | 'reasoning-delta', text: unknown): void {
  if (typeof text === 'string' && text !== '') into.push({ type, text });
}

function textOfThinking(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking;
  if (!Array.isArray(thinking)) return '';
  return thinking
    .map((part: unknown) => (isObject(part) && typeof part.text === 'string' ? part.text : ''))
    .join('');
}
