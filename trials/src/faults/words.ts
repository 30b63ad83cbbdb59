import { nothingLeft } from './expected-facts.ts';
import type { Facts, Place } from './facts.ts';

/** What became of H2o's conversation, where there is one: it has a column of its own. */
export function conversationOf({ conversation }: Facts): string | undefined {
  return conversation;
}

/** What a client got that wanted the answer in one piece: nothing where it is the same as in a stream. */
export function wholeInWords({ stream, whole }: Facts): string | undefined {
  if (stream === undefined || whole === undefined) return undefined;
  return stream === whole || stream.replace(', `[DONE]`', '') === whole ? '' : `whole: ${whole}`;
}

/** A cell in a few words. `alone` is what the provider's own caller got: what is the same there is not said again. */
export function cellInWords(seen: Facts, place: Place, alone: Facts | undefined): string {
  const { left, conversation: _, ...facts } = seen;
  const words = wire[place](facts, alone) ?? Object.entries(facts).map(([name, fact]) => named(name, fact));
  const rest = left === undefined || left === nothingLeft ? [] : [`left: ${left}`];
  return [...words, ...rest].filter(Boolean).join('; ');
}

type Words = (facts: Facts, alone: Facts | undefined) => readonly string[] | undefined;

/** Faults of the wire answer the same questions each time; other scenarios have their own. */
const wire: { readonly [Where in Place]: Words } = {
  alone: ({ caller, upstream, ...more }) =>
    caller === undefined || Object.keys(more).length > 0
      ? undefined
      : [caller, upstream === undefined || upstream === 'over' ? '' : `upstream: ${upstream}`],
  registry: ({ caller, tries, health, rests, second, ...more }, alone) => {
    if (tries === undefined || health === undefined || second === undefined || Object.keys(more).length > 0) {
      return undefined;
    }
    return [
      alone === undefined || alone.caller === caller ? '' : (caller ?? ''),
      `${tries} ${tries === '1' ? 'try' : 'tries'}, ${health}`,
      rests === 'nothing' ? '' : (rests ?? '').replace(' ', ' rests '),
      second === 'not needed' ? '' : `the second ${second}`,
    ];
  },
  gateway: ({ stream, whole: _, ...more }) =>
    stream === undefined || Object.keys(more).length > 0 ? undefined : [stream],
};

/** How often, in words. */
export function times(count: number): string {
  return ['not', 'once', 'twice'][count] ?? `${count} times`;
}

function named(name: string, fact: string): string {
  return name === 'caller' || name === 'stream' ? fact : `${name}: ${fact}`;
}
