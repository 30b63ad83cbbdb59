/** The words of every answer: plain English with the quotes, line feeds and dashes that real answers have. */
const words = [
  ' the',
  ' water',
  ' goes',
  ' where',
  ' the',
  ' gate',
  ' is',
  ' open',
  ',',
  ' and',
  ' who',
  ' keeps',
  ' the',
  ' gate',
  ' decides',
  ' how',
  ' much',
  ' of',
  ' it',
  ' may',
  ' pass',
  '.',
  '\n',
  'A',
  ' "',
  'slu',
  'ice',
  '"',
  ' is',
  ' a',
  ' channel',
  ' with',
  ' a',
  ' gate',
  ';',
  ' its',
  ' name',
  ' is',
  ' older',
  ' than',
  ' most',
  ' machines',
  '.',
  ' Rain',
  ' fills',
  ' the',
  ' reservoir',
  ' in',
  ' November',
  '.',
] as const;

/** The tokens of an answer of this length. */
export function tokensOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => words[index % words.length] as string);
}

/** What a client must have received of an answer of this length. */
export function textOf(count: number): string {
  return tokensOf(count).join('');
}
