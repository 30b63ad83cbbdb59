import { Buffer } from 'node:buffer';
import { redact } from '@sluice/core';

/** How much of what was said is remembered, in characters; the oldest is forgotten. */
const mostChars = 8 * 1024 * 1024;

/** Shorter texts could stand in any message: so core sees it, too. */
const shortest = 16;

/** What stands for a quote, as in core. */
const quote = '[prompt]';

/** What was said in requests, so that it can be found where a server quotes it. */
export interface SpokenTexts {
  /** One character for each byte (latin1). */
  add(latin1: string): void;
  /** A text of ours or a header without what it quotes. */
  text(text: string): string;
  /** Bytes of a refusal (latin1) without what they quote: from 16 characters on, or from 31 on out of the middle. */
  refusal(latin1: string): string;
}

/** Remembers texts within a bound. */
export function createSpokenTexts(): SpokenTexts {
  /** Each as bytes, and as the characters that they are: a server may write those in ASCII. */
  const texts = new Map<string, string>();
  let chars = 0;
  const all = (): readonly string[] => [...texts].flat();
  return {
    add(latin1) {
      if (latin1.length < shortest || texts.has(latin1)) return;
      texts.set(latin1, Buffer.from(latin1, 'latin1').toString('utf8'));
      chars += latin1.length;
      for (const oldest of texts.keys()) {
        if (chars <= mostChars || texts.size === 1) break;
        texts.delete(oldest);
        chars -= oldest.length;
      }
    },
    text: (text) => redact(text, { prompts: all() }),
    refusal(latin1) {
      const forms = [...texts].flatMap(([bytes, text]) => [bytes, inJson(bytes), inAsciiJson(text)]);
      return withoutQuotes(redact(latin1, { prompts: all() }), forms);
    },
  };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAsciiJson(text: string): string {
  return inJson(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Takes out what stands in one of these texts as well, wherever it begins there. Only every sixteenth place of them is looked
 * up, since they may have megabytes: any 31 characters in common hold one.
 */
function withoutQuotes(quoting: string, texts: readonly string[]): string {
  const places = new Map<string, { readonly text: string; readonly at: number }>();
  for (const text of texts) {
    for (let at = 0; at + shortest <= text.length; at += shortest) {
      places.set(text.slice(at, at + shortest), { text, at });
    }
  }
  let out = '';
  let end = 0;
  for (let from = 0; from + shortest <= quoting.length; from += 1) {
    const place = places.get(quoting.slice(from, from + shortest));
    if (!place) continue;
    const { text, at } = place;
    let before = 0;
    while (before < from - end && before < at && quoting[from - before - 1] === text[at - before - 1]) {
      before += 1;
    }
    let behind = shortest;
    while (from + behind < quoting.length && quoting[from + behind] === text[at + behind]) behind += 1;
    out += `${quoting.slice(end, from - before)}${quote}`;
    end = from + behind;
    from = end - 1;
  }
  return out + quoting.slice(end);
}
