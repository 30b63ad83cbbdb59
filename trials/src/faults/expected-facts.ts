import type { ChatErrorCode } from '@sluice/core';
import type { Facts, Place } from './facts.ts';
import { policyOf } from './policy.ts';
import type { Subject } from './subjects.ts';
import { type Outcome, outcomeFor, type WireRow } from './wire-row.ts';

/** What a row's outcome means in each place: sections 4, 5 and 7 of the design as a pure function. */
export function expectedFacts(row: WireRow, subject: Subject, place: Place): Facts {
  const outcome = outcomeFor(row, subject.name);
  return { alone: ofProvider, registry: ofRegistry, gateway: ofGateway }[place](row, subject, outcome);
}

/** Nothing of any call is left on the upstream: rules 4 and 8, in every cell. */
export const nothingLeft = 'nothing';

function ofProvider(row: WireRow, subject: Subject, outcome: Outcome): Facts {
  return {
    caller: callerOf(outcome),
    upstream: outcome.cut ? 'cut' : 'over',
    ...(subject.makesConversations ? { conversation: conversationOf(row, outcome) } : {}),
    left: nothingLeft,
  };
}

function callerOf(outcome: Outcome): string {
  if (outcome.code === undefined) return answerOf(outcome);
  return outcome.begun ? `part of the answer, then \`${outcome.code}\`` : `\`${outcome.code}\``;
}

function answerOf({ text }: Outcome): string {
  return text === undefined ? 'the answer' : `an answer ${text}`;
}

/**
 * Statuses refuse before anything is generated; after everything else something may be in the making, so that it is stopped
 * before the conversation is deleted. Who was never reached has made none.
 */
function conversationOf({ at, group }: WireRow, { code, conversation }: Outcome): string {
  if (conversation !== undefined) return conversation;
  if (at !== undefined) return 'not made';
  return code === undefined || group === 'status' ? 'deleted' : 'stopped, deleted';
}

function triesOf(code: ChatErrorCode, { unsent, begun, waitS }: Outcome): number {
  const { tries } = policyOf(code);
  // After the commit point, and where the upstream wants us to wait for longer than we may, nobody is asked again.
  if (begun || waitS !== undefined) return 1;
  if (tries === 'unsent') return unsent ? 2 : 1;
  return tries;
}

function ofRegistry(_row: WireRow, _subject: Subject, outcome: Outcome): Facts {
  const { code, begun, waitS } = outcome;
  if (code === undefined) {
    return {
      caller: answerOf(outcome),
      tries: '1',
      health: 'success',
      rests: 'nothing',
      second: 'not needed',
      left: nothingLeft,
    };
  }
  const policy = policyOf(code);
  return {
    caller: callerOf(outcome),
    tries: String(triesOf(code, outcome)),
    health: policy.health,
    rests: waitS === undefined ? (policy.rests ?? 'nothing') : `target ${shownWait(waitS)}`,
    second: begun ? 'not asked, no mixing' : policy.next ? 'answers, once' : 'not asked',
    left: nothingLeft,
  };
}

/** A time in words, as coarse as it can be told for certain. */
export function shownWait(seconds: number): string {
  const hours = seconds / 3_600;
  if (hours >= 1) return `${Math.round(hours)} h`;
  return seconds >= 60 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`;
}

function ofGateway(row: WireRow, subject: Subject, outcome: Outcome): Facts {
  return {
    stream: streamOf(outcome),
    ...(asksForWhole(row, subject) ? { whole: wholeOf(outcome, subject) } : {}),
    left: nothingLeft,
  };
}

/** A fault of streams is met by whole answers only where the provider asks for a stream all the same. */
export function asksForWhole(row: WireRow, subject: Subject): boolean {
  return row.streamOnly === undefined || subject.alwaysStreams;
}

function streamOf(outcome: Outcome): string {
  const { code, begun } = outcome;
  if (code === undefined) return `200, ${answerOf(outcome)}, \`[DONE]\``;
  if (begun) return `200, part of the answer, then \`${policyOf(code).word}\` in band, no \`[DONE]\``;
  return refusalOf(code, outcome);
}

function wholeOf(outcome: Outcome, { alwaysStreams }: Subject): string {
  const { code, wholeCode } = outcome;
  if (code === undefined) return `200, ${answerOf(outcome)}`;
  return refusalOf(alwaysStreams ? code : (wholeCode ?? code), outcome);
}

function refusalOf(code: ChatErrorCode, { waitS }: Outcome): string {
  const { status, word, waitS: usualS } = policyOf(code);
  const wait = waitS ?? usualS;
  return `${status} \`${word}\`${wait === undefined ? '' : `, Retry-After ${shownWait(wait)}`}`;
}
