export { type AnswerInput, composeAnswer } from './answer.ts';
export type { ChatUiConversation } from './chat-ui/conversation.ts';
export { ERA_NAMES, type EraName } from './chat-ui/eras.ts';
export type { ChatUiOptions } from './chat-ui/options.ts';
export { CONTROL_HEADERS } from './controls.ts';
export { createSandbox } from './create-sandbox.ts';
export type { FaultTarget, ServiceSelector } from './faults/active-faults.ts';
export {
  type FaultGroup,
  type FaultName,
  type FaultParameter,
  type FaultRow,
  faults,
} from './faults/catalogue.ts';
export { type FaultRequest, parseFault } from './faults/fault-request.ts';
export type { FlowGptOptions } from './flowgpt/service.ts';
export { type ConnectProxyOptions, createConnectProxy } from './network/connect-proxy.ts';
export { createSocks5Proxy, type Socks5ProxyOptions } from './network/socks5-proxy.ts';
export type { TestProxy, TestProxyOptions, TunnelEntry, TunnelOutcome } from './network/tunnel-log.ts';
export {
  createBlackhole,
  createBrokenTlsServer,
  refusedAddress,
  type UnreachableServer,
} from './network/unreachable.ts';
export type { DialectName } from './openai/dialects.ts';
export type { OpenAIServiceOptions } from './openai/service.ts';
export type { ExchangeLogEntry } from './request-handler.ts';
export type { EndedBy, ReceivedRequest } from './request-log.ts';
export type { RequestMatch, Sandbox, SandboxOptions, SandboxUrls } from './sandbox.ts';
export { type Phase, SERVICE_NAMES, type ServiceName } from './service.ts';
export type { AnswerOptions, Reply, ReplyFailure, ReplyRequest } from './speech.ts';
