import { createRandom, type Random } from './random.ts';

/** What an answer is made from. The same input gives the same answer. */
export interface AnswerInput {
  /** Who speaks: the name of the service, as in the addresses. */
  readonly service: string;
  readonly model: string;
  /** The last thing the user said. */
  readonly prompt: string;
  /** Another seed gives other words. Default 0. */
  readonly seed?: number;
  /** Exactly so many tokens. Default: a natural length that depends on the prompt. */
  readonly tokens?: number;
  /** Adds accents, CJK and emoji. Default: only when the prompt has the word `emoji` or `unicode`. */
  readonly unicode?: boolean;
}

const SUBJECTS = [
  'The gate',
  'A quiet channel',
  'Every drop',
  'The water level',
  'One keeper',
  'The lower pond',
  'A patient miller',
  'The old wheel',
] as const;
const VERBS = ['follows', 'measures', 'carries', 'remembers', 'opens', 'crosses', 'fills', 'turns'] as const;
const OBJECTS = [
  'the slow stream',
  'a narrow bridge',
  'its own reflection',
  'the morning current',
  'seven small stones',
  'the next basin',
  'a map of the valley',
  'the far bank',
] as const;
const TAILS = [
  'without hurry.',
  'before noon.',
  'and nothing is lost.',
  'as asked.',
  'once more.',
  'in good order.',
] as const;

/** Letters with marks, an astral character, a joined emoji, CJK: what breaks careless decoders. */
const UNICODE_TOKENS = [' Grüße', ' 🦙', ' 👩‍💻', ' 日本', '語', ' ½', ' naïve', '.'] as const;

const PIECE_LENGTH = 8;

/** Splits text as a tokenizer would: a word keeps the space before it, a long word becomes pieces. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const word of text.match(/\s*[\p{L}\p{N}]+|\s*[^\s\p{L}\p{N}]+|\s+$/gu) ?? []) {
    const characters = Array.from(word);
    for (let from = 0; from < characters.length; from += PIECE_LENGTH) {
      tokens.push(characters.slice(from, from + PIECE_LENGTH).join(''));
    }
  }
  return tokens;
}

/** How many words a text has: the sandbox's only idea of its meaning. */
export function countWords(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}

function introduction(input: AnswerInput): string {
  const words = countWords(input.prompt);
  const quoted = Array.from(input.prompt.replace(/\s+/gu, ' ').trim()).slice(0, 32).join('');
  const heard = `${words} ${words === 1 ? 'word' : 'words'}, beginning "${quoted}"`;
  return `I am the Sluice sandbox, not a language model, speaking as ${input.service} (${input.model}). You sent ${heard}.`;
}

function sentence(random: Random): string {
  const parts = [random.pick(SUBJECTS), random.pick(VERBS), random.pick(OBJECTS), random.pick(TAILS)];
  return ` ${parts.join(' ')}`;
}

/** Composes the deterministic answer of the sandbox, as tokens. */
export function composeAnswer(input: AnswerInput): string[] {
  const random = createRandom([input.service, input.model, input.prompt, input.seed ?? 0].join('\n'));
  const tokens = tokenize(introduction(input));
  if (input.unicode ?? /\b(?:emoji|unicode)\b/iu.test(input.prompt)) tokens.push(...UNICODE_TOKENS);
  let sentences = 1 + random.integer(3);
  while (input.tokens === undefined ? sentences > 0 : tokens.length < input.tokens) {
    tokens.push(...tokenize(sentence(random)));
    sentences -= 1;
  }
  return input.tokens === undefined ? tokens : tokens.slice(0, input.tokens);
}
