import { ChatError, closest, type Timeouts } from '@sluice/core';
import type { HttpClient } from '@sluice/core/http';
import { providerId } from './manifest.ts';
import type { EndRule } from './reply-decoder.ts';
import type { RandomBytes } from './signature.ts';

/** Options of `createFlowGpt`; all may be left out. */
export interface FlowGptOptions {
  /** Address of the server, without the path `/v3/chat-anonymous`. Default `https://prod-backend-k8s.flowgpt.com`, which does not answer today. */
  readonly baseURL?: string;
  /** The models that the server has; any other is refused. Default: the 13 of FlowGPT and their aliases. */
  readonly models?: readonly string[];
  /** The model where a request names none. Default `gpt-3.5-turbo`, or the first of `models`. */
  readonly defaultModel?: string;
  /** The system text where a request has none. Default: a sentence of ours. An empty text is sent as such. */
  readonly defaultSystem?: string;
  /** An assistant message that stands before the history of every request, as FlowGPT's page shows one. Default: none. */
  readonly greeting?: string;
  /** The temperature where a request has none. Default 0.7. */
  readonly temperature?: number;
  /** The wire's `nsfw` flag; `providerOptions.flowgpt.nsfw` wins. Default `false`. */
  readonly nsfw?: boolean;
  /** The prompt of the page that answers; `providerOptions.flowgpt.promptId` wins. Default `model-<model>`. */
  readonly promptId?: string;
  /**
   * What counts as the end of an answer: its `end` event, also the end of its `body`, or (`auto`, the default) the event for
   * servers that have shown a `metadata` event and the body for those that send nothing but text.
   */
  readonly end?: EndRule;
  /** Limits in milliseconds where a call has none; one number is the total. */
  readonly timeout?: number | Timeouts;
  /** A proxy where a call has none; `false` for none. Default: the environment's. */
  readonly proxy?: string | false;
  /** Milliseconds since 1970, for the signature. Default `Date.now`. */
  readonly now?: () => number;
  /** Randomness for nonces and device ids. Default: the secure one of `node:crypto`. */
  readonly randomBytes?: RandomBytes;
  /** The HTTP client. Default: one of its own. */
  readonly http?: HttpClient;
}

type Check = readonly [is: (value: unknown) => boolean, expected: string];

const text: Check = [(value) => typeof value === 'string', 'a text'];
const name: Check = [(value) => typeof value === 'string' && value !== '', 'a non-empty string'];
const callable: Check = [(value) => typeof value === 'function', 'a function'];

const checks: { readonly [Name in keyof Required<FlowGptOptions>]: Check } = {
  baseURL: [isHttpAddress, 'an http:// or https:// address without a user name and without a query'],
  models: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(name[0]),
    'an array of model ids',
  ],
  defaultModel: name,
  defaultSystem: text,
  greeting: text,
  temperature: [
    (value) => typeof value === 'number' && value >= 0 && value < Infinity,
    'a number of 0 or more',
  ],
  nsfw: [(value) => typeof value === 'boolean', 'true or false'],
  promptId: name,
  end: [(value) => value === 'auto' || value === 'event' || value === 'body', 'auto, event or body'],
  timeout: [
    (value) => typeof value === 'number' || isObject(value),
    'a number of milliseconds or an object of them',
  ],
  proxy: [(value) => typeof value === 'string' || value === false, 'an address or false'],
  now: callable,
  randomBytes: callable,
  http: [isObject, 'an HTTP client of @sluice/core/http'],
};

/**
 * Checks the factory's options, which may come from a file. Throws `invalid-request` that names the option and what was
 * expected; values are not repeated.
 */
export function checkOptions(options: FlowGptOptions): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, option)) {
      const near = closest(option, Object.keys(checks));
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      throw invalid(`${option} is not an option of ${providerId}${hint}`);
    }
    const [is, expected] = checks[option as keyof FlowGptOptions];
    if (!is(value)) throw invalid(`option ${option} of ${providerId} must be ${expected}`);
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isHttpAddress(value: unknown): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return `${url.username}${url.password}${url.search}${url.hash}` === '';
}

function invalid(message: string): ChatError {
  return new ChatError('invalid-request', message, { provider: providerId });
}
