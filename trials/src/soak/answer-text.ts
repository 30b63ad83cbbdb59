/** What upstreams say and clients expect: the speaker, the question's own number, words that are counted, and the end. */
export interface Question {
  /** No other question has it. */
  readonly number: string;
  /** How many words the answer has. */
  readonly words: number;
}

/** The prompt of a question. */
export function promptOf({ number, words }: Question): string {
  return `Question ${number}: count to ${words}, please.`;
}

/** The question in a prompt, which may have been put into other words around it. */
export function questionIn(prompt: string): Question | undefined {
  const [, number, words] = /Question ([\w-]+): count to (\d+), please\./.exec(prompt) ?? [];
  return number === undefined ? undefined : { number, words: Number(words) };
}

/** The answer of one speaker, token by token. */
export function answerTokens(speaker: string, { number, words }: Question): readonly string[] {
  return [
    `${speaker} `,
    `answers ${number}: `,
    ...Array.from({ length: words }, (_, index) => `${index + 1} `),
    `end of ${number}.`,
  ];
}

/**
 * What is wrong with a text as the answer of a speaker; nothing if it is right. A text that is not claimed to be whole has to be
 * the beginning of the right one.
 */
export function faultOf(
  text: string,
  speaker: string,
  question: Question,
  isWhole: boolean,
): string | undefined {
  const right = answerTokens(speaker, question).join('');
  if (isWhole ? text === right : right.startsWith(text)) return undefined;
  let alike = 0;
  while (alike < text.length && text[alike] === right[alike]) alike += 1;
  const [got, wanted] = [text, right].map((each) => JSON.stringify(each.slice(alike, alike + 60)));
  return `${isWhole ? 'whole' : 'partial'} answer of ${speaker} to ${question.number} differs at ${alike} of ${right.length}: ${got}, not ${wanted}`;
}
