import { knownBad } from './known-bad.ts';
import { allNumbers, gaps, matrix } from './matrix.ts';
import { wireRows } from './wire-cells.ts';
import { cellInWords } from './words.ts';

function totals(): readonly (readonly [what: string, how: string])[] {
  const inSuite = matrix.filter(({ onlyFull }) => !onlyFull).length;
  const forms = new Set(matrix.map(({ fault }) => [fault.number, fault.fault, fault.variant].join('\n')))
    .size;
  return [
    ['faults', String(allNumbers.length)],
    ['their forms', String(forms)],
    ['cells (a form, a provider, a place) in `npm test`', String(inSuite)],
    ['cells in `npm run faults -- --full`', String(matrix.length)],
    ['as the design wants them', String(inSuite - knownBad.length)],
    ['known to be wrong', knownBad.length === 0 ? 'none' : String(knownBad.length)],
    ['cells that a protocol or a place can’t have, each with its reason', String(gaps.length)],
  ];
}

/** Nothing that is known to be wrong is left out: it stands here with what happens, and why it stays so for now. */
function wrongs(): string {
  if (knownBad.length === 0) return '';
  const lines = knownBad.map(({ number, fault, variant, subject, place, seen, why }) => {
    const form = variant === undefined ? '' : ` (${variant})`;
    return `- ${number} ${fault}${form}, *${subject}*, ${place}: ${cellInWords(seen, place, undefined)}. ${why}`;
  });
  return `\n## Known to be wrong\n\n${lines.join('\n')}\n`;
}

const reduced = wireRows.filter(({ reduced: less }) => less !== undefined).length;

/** What stands above the tables. */
export function opening(): string {
  return `# The fault matrix

Written by \`npm run faults\`; \`npm test\` runs the same cells and fails when a result is not the one that the design wants, or not
the one that stands here. What is expected is written by hand, from the design's error table and rules (\`trials/src/faults\`).

| | |
| --- | --- |
${totals()
  .map(([what, how]) => `| ${what} | ${how} |`)
  .join('\n')}

## How to read it

Each fault is met on real sockets by *openai-compatible*, *ylokh*, *flowgpt* and *h2o* (its eras A to E: *h2o-a* to *h2o-e*), in
three places. One line holds for all providers; where they differ, a line names those for which it holds.

- **Provider alone**: what the caller gets. \`code\` is a \`ChatError\`, thrown before the answer began; "part of the answer, then \`code\`"
  after it, with exactly that part in \`partial\`. "the answer" is the text as it was meant, to the last character, and one finish. "upstream cut": it
  would have gone on for ever, and saw its connection closed.
- **Behind the registry**: with one target, how often it was asked and what health recorded for each try (\`success\`, \`failure\`, \`half\`, \`not counted\`), and
  what rests afterwards. It may wait for 1 s: what a target asks beyond that is not waited for. "the second …": with a second target that works, whether that one answered; "no mixing": not one character of it reached the caller.
- **Behind the gateway**: what an HTTP client gets of a streamed answer, and after "whole" of one in one piece, where it is another (faults
  of streams are met by whole answers only with *flowgpt* and *h2o*, which ask for a stream all the same). "in band" is an error event after the answer had begun.
- **H2o's conversation**: what became of what the call had made upstream.
- After every cell all is closed, and nothing may be left: no connection, no exchange, no conversation, no generation.
- **–** is not met: the reason stands below the table.

How long it takes until a connection is closed (250 ms, rule 4) is held by the conformance kit, where nothing else runs beside it. ${reduced} forms that are
large (bodies of 10 MiB, a million events, 50 MiB in one event, decompression bombs of 256 MiB, 1,000 cancelled calls) run at a size for the test suite, still
beyond the limit that they are about, and the slowest behind the registry and the gateway with *openai-compatible* (*h2o-a* where it is about
conversations) alone; \`npm run faults -- --full\` runs them whole and everywhere, and must find the same.
${wrongs()}`;
}
