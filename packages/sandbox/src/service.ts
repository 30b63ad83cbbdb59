import type { Exchange } from './exchange.ts';

/** The services of the sandbox, each with an origin of its own. */
export const SERVICE_NAMES = [
  'openai',
  'vllm',
  'ollama',
  'llamacpp',
  'lmstudio',
  'ylokh',
  'flowgpt',
  'h2o-a',
  'h2o-b',
  'h2o-c',
  'h2o-d',
  'h2o-e',
  'elsewhere',
] as const;

/** The name of a service. `elsewhere` is the foreign origin that redirects can lead to. */
export type ServiceName = (typeof SERVICE_NAMES)[number];

/**
 * The step of a protocol that a request is. `message` is the one that generates the answer, in every
 * service; the others are the steps around it.
 */
export type Phase =
  | 'message'
  | 'models'
  | 'settings'
  | 'create'
  | 'conversation'
  | 'stop'
  | 'delete'
  | 'other';

/** One upstream server. */
export interface Service {
  readonly name: ServiceName;
  /** Which step of the protocol this request is. */
  phaseOf(method: string, path: string): Phase;
  /** The JSON that the service's errors have, for a fault that answers with a status. */
  errorBody(status: number, phase: Phase): unknown;
  /** Answers one request. */
  handle(exchange: Exchange): Promise<void>;
}
