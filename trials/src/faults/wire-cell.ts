import type { ChatProvider, ChatRequest } from '@sluice/core';
import type { FaultRequest, Phase, Sandbox } from '@sluice/sandbox';
import { nothingLeft } from './expected-facts.ts';
import { type Lane, sayings } from './lane.ts';
import { patiently } from './patiently.ts';
import type { Subject } from './subjects.ts';
import type { WireRow } from './wire-row.ts';

/** What is asked in every cell. */
export const question: ChatRequest = { messages: [{ role: 'user', content: 'What is a sluice?' }] };

/** One fault at one provider, in a lane: what the observers of the three places share. */
export interface WireCell {
  readonly row: WireRow;
  readonly subject: Subject;
  readonly lane: Lane;
  /** A fresh provider in front of the fault. */
  createProvider(): ChatProvider;
  /** Switches the fault on, in a sandbox that knows nothing of what was before. */
  arm(): void;
  /** What the upstream meant to say. */
  meant(): string;
  /** Whether it was we who closed what the upstream would have kept open for ever. */
  upstreamInWords(): Promise<string>;
  conversationInWords(): string;
  /** What is still there after everything was closed. */
  left(): Promise<string>;
}

export function openWireCell(row: WireRow, subject: Subject, lane: Lane, full: boolean): WireCell {
  const { sandbox } = lane;
  const { service } = subject;
  const fault = faultOf(row, full);
  return {
    row,
    subject,
    lane,
    createProvider: () =>
      subject.create({
        baseURL: row.at === undefined ? subject.urlOf(sandbox.urls) : lane.urlAt(row.at),
        timeout: row.limits ?? {},
        // Where nobody answers, the wait for the conversation's id (decision 0005) must not hold the cell up.
        ...(row.at === undefined ? {} : { cleanupTimeoutMs: 300 }),
      }),
    arm() {
      sandbox.reset();
      if (fault !== undefined) sandbox.setFault({ service, phase: 'message' }, fault);
    },
    meant() {
      if (fault?.name === 'many-events') return ' tick'.repeat(Number(fault.parameters?.events ?? 1_000_000));
      return sandbox.requestsTo({ service, phase: 'message' }).at(-1)?.answer ?? sayings.join('');
    },
    async upstreamInWords() {
      const asked = sandbox.requestsTo({ service, phase: 'message' });
      const over = await patiently(
        () => lane.openElsewhere === 0 && asked.every(({ endedBy }) => endedBy !== undefined),
      );
      if (!over) return 'still open';
      // Neither a prompt nor a credential may follow a redirect to another origin.
      if (sandbox.requestsTo({ service: 'elsewhere' }).length > 0) return 'another origin was asked';
      const cut = row.at === undefined ? asked.some(({ endedBy }) => endedBy === 'client') : true;
      return row.expected.cut && cut ? 'cut' : 'over';
    },
    conversationInWords: () => conversationIn(sandbox),
    left: () => leftIn(lane),
  };
}

function faultOf({ provoke, reduced }: WireRow, full: boolean): FaultRequest | undefined {
  if (provoke === undefined || full || reduced === undefined) return provoke;
  return { ...provoke, parameters: { ...provoke.parameters, ...reduced } };
}

/** What became of the conversations that H2o made, once everything was closed. */
export function conversationIn(sandbox: Sandbox): string {
  const times = (phase: Phase): number => sandbox.requestsTo({ phase }).length;
  if (!sandbox.requestsTo({ phase: 'create' }).some(({ status = 500 }) => status < 400)) return 'not made';
  if (sandbox.conversations.length > 0) return 'left behind';
  return `${times('stop') > 0 ? 'stopped, ' : ''}${times('delete') > 0 ? 'deleted' : 'not deleted'}`;
}

/** What a server keeps although it was asked to give it up. */
export interface Kept {
  readonly conversations?: number;
  readonly generations?: number;
}

/** What calls left upstream, once everything of ours was closed, beside what the server refused to give up. */
export async function leftIn(lane: Lane, kept: Kept = {}): Promise<string> {
  const { sandbox } = lane;
  const counts = (): readonly (readonly [string, number])[] => [
    ['connections', sandbox.openSockets + lane.openElsewhere],
    ['exchanges', sandbox.openStreams],
    ['conversations', sandbox.conversations.length - (kept.conversations ?? 0)],
    ['generations', sandbox.activeGenerations - (kept.generations ?? 0)],
  ];
  if (await patiently(() => counts().every(([, count]) => count === 0))) return nothingLeft;
  return counts()
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
