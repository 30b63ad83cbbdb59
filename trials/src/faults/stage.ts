import type { ChatProvider } from '@sluice/core';
import type { FaultRequest, Phase, ReceivedRequest } from '@sluice/sandbox';
import type { Cell, Fault, Gap } from './cell.ts';
import { type Facts, type Place, places } from './facts.ts';
import { type Behind, type Front, openFront } from './front.ts';
import { type Lane, sayings } from './lane.ts';
import { patiently } from './patiently.ts';
import { type Making, type Subject, type SubjectName, subjects } from './subjects.ts';
import { conversationIn, type Kept, leftIn } from './wire-cell.ts';

/** Where a scenario plays: one provider in one place, and all that it may need. */
export interface Stage {
  readonly subject: Subject;
  readonly lane: Lane;
  readonly place: Place;
  readonly full: boolean;
  /** What the upstream says. */
  readonly meant: string;
  createProvider(making?: Partial<Making>): ChatProvider;
  /** Opens the place, with the provider behind it. */
  open(behind?: Partial<Behind>): Promise<Front>;
  /** From now on the upstream has not begun to answer … */
  thinkForEver(): void;
  /** … or answers without coming to an end, for ten minutes or as long as is said. */
  speakForEver(forMs?: number): void;
  strike(fault: FaultRequest, phase?: Phase): void;
  /** The requests for an answer that came so far. */
  asked(): readonly ReceivedRequest[];
  /** Who ended the `count`-th request for an answer, and whether it was seen within the time that a cell waits. */
  upstreamInWords(count?: number): Promise<string>;
  conversation(): { readonly conversation?: string };
  left(kept?: Kept): Promise<{ readonly left: string }>;
}

/** A scenario: a story, and how it must end in each place. */
export interface Scenario extends Fault {
  /** Who meets it. Default: everybody. */
  readonly only?: { readonly subjects: readonly SubjectName[]; readonly why: string };
  /** Behind the registry and the gateway the test suite plays it with one provider; `--full` with all. */
  readonly slow?: true;
  /** Nothing runs beside it: it measures. */
  readonly undisturbed?: true;
  readonly play: (stage: Stage) => Promise<Facts>;
  /** How it ends, or why it can't be played there. A function where providers differ; without facts it can't be played. */
  readonly ends: { readonly [Where in Place]: Facts | string | ((subject: Subject) => Facts | string) };
}

function openStage(subject: Subject, lane: Lane, place: Place, full: boolean): Stage {
  const { sandbox } = lane;
  const { service } = subject;
  sandbox.reset();
  sandbox.configure({ tokensPerSecond: 0, firstTokenMs: 0, reply: lane.reply });
  const asked = (): readonly ReceivedRequest[] => sandbox.requestsTo({ service, phase: 'message' });
  const createProvider = (making: Partial<Making> = {}): ChatProvider =>
    subject.create({ baseURL: subject.urlOf(sandbox.urls), timeout: {}, ...making });
  return {
    subject,
    lane,
    place,
    full,
    meant: sayings.join(''),
    createProvider,
    open: ({ providers = [createProvider()], ...more } = {}) =>
      openFront(place, lane, { providers, ...more }),
    thinkForEver: () => sandbox.configure({ firstTokenMs: 600_000 }),
    speakForEver: (forMs = 600_000) =>
      sandbox.configure({
        tokensPerSecond: 100,
        reply: () => [...sayings, ...Array.from({ length: forMs / 10 }, () => ' …')],
      }),
    strike: (fault, phase = 'message') => sandbox.setFault({ service, phase }, fault),
    asked,
    async upstreamInWords(count = 1) {
      const over = await patiently(() => asked()[count - 1]?.endedBy !== undefined);
      if (!over) return asked().length < count ? 'not asked' : 'still open';
      return asked()[count - 1]?.endedBy === 'client' ? 'cut' : 'over';
    },
    conversation: () => (subject.makesConversations ? { conversation: conversationIn(sandbox) } : {}),
    left: async (kept) => ({ left: await leftIn(lane, kept) }),
  };
}

function endOf({ ends, only }: Scenario, subject: Subject, place: Place): Facts | string {
  if (only && !only.subjects.includes(subject.name)) return only.why;
  const end = ends[place];
  return typeof end === 'function' ? end(subject) : end;
}

/** The cells of these scenarios. */
export function cellsOf(scenarios: readonly Scenario[]): readonly Cell[] {
  return scenarios.flatMap((scenario) => {
    const playing = subjects.filter(({ name }) => scenario.only?.subjects.includes(name) ?? true);
    return playing.flatMap((subject) =>
      places.flatMap((place): readonly Cell[] => {
        const expected = endOf(scenario, subject, place);
        if (typeof expected === 'string') return [];
        return [
          {
            fault: scenario,
            subject: subject.name,
            place,
            expected,
            onlyFull: scenario.slow === true && place !== 'alone' && subject !== playing[0],
            undisturbed: scenario.undisturbed === true,
            observe: (lane, full) => scenario.play(openStage(subject, lane, place, full)),
          },
        ];
      }),
    );
  });
}

/** Where they can't be played, and why. */
export function gapsOf(scenarios: readonly Scenario[]): readonly Gap[] {
  return scenarios.flatMap((scenario) =>
    subjects.flatMap((subject): readonly Gap[] => {
      if (scenario.only && !scenario.only.subjects.includes(subject.name)) {
        return [{ fault: scenario, subject: subject.name, why: scenario.only.why }];
      }
      return places.flatMap((place) => {
        const why = endOf(scenario, subject, place);
        return typeof why === 'string' ? [{ fault: scenario, subject: subject.name, place, why }] : [];
      });
    }),
  );
}
