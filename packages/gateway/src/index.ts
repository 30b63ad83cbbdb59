export type { UnsupportedParameters } from './chat/client-wire.ts';
export { checkServerSettings, serverJsonSchema } from './config/check-server-settings.ts';
export type { KeyConfig, ServerSettings } from './config/server-settings.ts';
export { createGateway, type GatewayConfig } from './create-gateway.ts';
export { type RegisterSluiceOptions, registerSluice } from './register-sluice.ts';
export type {
  GatewayContent,
  GatewayControl,
  GatewayControlOptions,
  ReloadOutcome,
} from './server/gateway-control.ts';
export { type Environment, hashKey } from './server/key-ring.ts';
export type { GatewayLogger } from './server/logging.ts';
export { openapiDocument } from './server/openapi-document.ts';
export { type RunningGateway, type SignalSource, type StartOptions, startGateway } from './start-gateway.ts';
