export { allChecks } from './all-checks.ts';
export type { Bench, Outcome } from './bench.ts';
export type { CassetteTimers } from './cassette/cassette-clock.ts';
export {
  type CassetteError,
  type CassetteHeader,
  cassetteVersion,
  type ExchangeEnd,
  type NoteLine,
} from './cassette/cassette-format.ts';
export {
  type Cut,
  composed,
  cutAt,
  type Mutation,
  onAnswers,
  oneByteAChunk,
  oneChunk,
  onlyIf,
  stallAt,
} from './cassette/mutate-exchange.ts';
export type { ReplayTime } from './cassette/pace.ts';
export { type Cassette, readCassette } from './cassette/read-cassette.ts';
export { type Recording, type RecordOptions, record } from './cassette/record.ts';
export type { RecordedChunk, RecordedExchange } from './cassette/recorded-exchange.ts';
export { type Replay, type ReplayOptions, replay } from './cassette/replay.ts';
export type { Check, CheckGroup, GroupedCheck } from './check.ts';
export { ConformanceFailure } from './conformance-failure.ts';
export { badgeOf, type ConformanceReport, createReport, markdownOf } from './report.ts';
export type { CheckResult } from './run-check.ts';
export { type RunOptions, runConformance } from './run-conformance.ts';
export type { CreateOptions, Declarations, PreparedSubject, Subject } from './subject.ts';
export { type TestFramework, type TestProviderOptions, testProvider } from './test-provider.ts';
export { forwardTo } from './upstream/forward-to.ts';
export { type Bytes, chunk, lastChunk, type ReplyHeaders, reply, replyHead } from './upstream/http-reply.ts';
export type { HeardRequest } from './upstream/http-request-reader.ts';
export type { ObservedSocket } from './upstream/observed-socket.ts';
export {
  type Action,
  halfClose,
  pause,
  reset,
  type Script,
  type Step,
  stall,
  waitFor,
} from './upstream/script.ts';
export {
  type ScriptedExchange,
  type ScriptedUpstream,
  scriptedUpstream,
} from './upstream/scripted-upstream.ts';
export type { AnswerEnd, Framing, UpstreamDescription, UpstreamModels } from './upstream-description.ts';
export type { Frames, Wire } from './wire.ts';
