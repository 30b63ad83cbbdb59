export {
  type BuiltConfig,
  buildRegistryConfig,
} from './build-registry-config.ts';
export { checkConfig } from './check-config.ts';
export { type ConditionCheck, type ConditionConfig, conditionOf } from './condition.ts';
export { ConfigError, type ConfigProblem } from './config-error.ts';
export { configJsonSchema } from './config-json-schema.ts';
export type { Environment } from './environment-options.ts';
export { type FindConfigOptions, findConfig } from './find-config.ts';
export { type LoadedConfig, loadConfig } from './load-config.ts';
export {
  defineConfig,
  type ProviderConfig,
  type RouteEntry,
  type SluiceConfig,
  type StickyConfig,
  type StrategyConfig,
} from './sluice-config.ts';
