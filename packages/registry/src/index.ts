export { AllTargetsFailedError, type FailedAttempts } from './all-targets-failed-error.ts';
export { createRegistry } from './create-registry.ts';
export type { ProviderModels } from './list-models.ts';
export { NoTargetError } from './no-target-error.ts';
export type { StrategyName } from './rank.ts';
export type { Member, Registration } from './registration.ts';
export type { Registry, RegistryConfig } from './registry.ts';
export { routeOf } from './route-of.ts';
export type { RouteConfig } from './routes.ts';
