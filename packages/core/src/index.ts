export { applyStopSequences } from './apply-stop-sequences.ts';
export { ByteGatherer } from './byte-gatherer.ts';
export { CallScope, type Clock, defaultTimeouts, resolveTimeouts } from './call-scope.ts';
export type { Capabilities, RequestParameter, Support } from './capabilities.ts';
export {
  asChatError,
  ChatError,
  type ChatErrorDetails,
  type PartialAnswer,
  type Sent,
} from './chat-error.ts';
export { type ChatResult, Collector, collect } from './chat-result.ts';
export type { ChatEventSource, ChatStream, StreamOutcome } from './chat-stream.ts';
export { closest } from './closest.ts';
export { complete } from './complete.ts';
export { type AsyncGeneratorParameters, createAsyncGenerator } from './create-async-generator.ts';
export { type ChatErrorCode, type ErrorPolicy, errorPolicies } from './error-codes.ts';
export {
  type ChatEvent,
  type FinishEvent,
  type FinishReason,
  isVisible,
  type RawEvent,
  type ReasoningDeltaEvent,
  type ResponseMetadataEvent,
  type SourceEvent,
  type TextDeltaEvent,
  type ToolCallDeltaEvent,
  type ToolCallEvent,
  type Usage,
  type WarningEvent,
} from './events.ts';
export { fromText } from './from-text.ts';
export { JsonLinesDecoder, parseJson, trimPadding } from './json-lines-decoder.ts';
export { defaultMaxLineBytes, LineDecoder } from './line-decoder.ts';
export { checkManifest, defineProvider, type ProviderDefinition, type ProviderManifest } from './manifest.ts';
export { mapText } from './map-text.ts';
export { nonTextParts, promptTexts, textOf } from './message-text.ts';
export { type ModelNames, resolveModelName } from './model-names.ts';
export {
  type NeededFeature,
  type Negotiated,
  negotiate,
  type RequestNeeds,
  requestNeeds,
  stopsOf,
} from './negotiate.ts';
export { attachRoute, type OpenChatStream, openChatStream } from './open-chat-stream.ts';
export type { ChatProvider, ModelInfo } from './provider.ts';
export { bounded, redact, type Secrets } from './redact.ts';
export type {
  AudioPart,
  CallOptions,
  ChatRequest,
  ContentPart,
  FilePart,
  ImagePart,
  JsonSchema,
  Message,
  ResponseFormat,
  Role,
  TextPart,
  Timeouts,
  ToolCall,
  ToolChoice,
  ToolDefinition,
} from './request.ts';
export { longestRetryAfterMs, parseRetryAfter } from './retry-after.ts';
export type { RouteAttempt, RouteCandidate, RouteDecision } from './route-decision.ts';
export { type ServerSentEvent, SseDecoder } from './sse-decoder.ts';
export { StopFilter, type StopVerdict } from './stop-sequences.ts';
export { tee } from './tee.ts';
export { TextPattern, type TextPatternOptions } from './text-pattern.ts';
export {
  errorFromObject,
  errorFromPage,
  errorFromStatus,
  isPage,
  type UpstreamFailure,
} from './upstream-error.ts';
export { validateCallOptions } from './validate-call-options.ts';
export { validateRequest } from './validate-request.ts';
