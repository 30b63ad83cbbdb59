import { randomUUID } from 'node:crypto';
import { ChatError, closest, type Message, type ModelNames, type Timeouts } from '@sluice/core';
import { eras, type H2oEra } from './era.ts';
import { formatPrompt } from './format-prompt.ts';
import { defaultBaseURL, defaultModel, knownModels, modelAliases } from './h2o-server.ts';
import { checkParameters, type H2oParameters } from './parameters.ts';

/** Options of `createH2o`. Everything has a default. */
export interface H2oOptions {
  /** Where chat-ui runs, with the path it is mounted at, if any. Default: H2O's own server, which does not answer any more. */
  readonly baseURL?: string;
  /** The version of the protocol. Default `auto`: learnt from what the server does, and remembered. */
  readonly era?: H2oEra | 'auto';
  /** Used where a request names no model. Default: H2O's falcon-40b. */
  readonly defaultModel?: string;
  /** The models to offer. With it no other is asked for, and the server's own list is not read. */
  readonly models?: readonly string[];
  /** The session cookie's name: the server's `COOKIE_NAME`. Default `hf-chat`. */
  readonly cookieName?: string;
  /** The session cookie's value: of a signed-in browser, where the server wants a login. Default: a new session. */
  readonly cookie?: string;
  /** Extra headers for every request; they win over the provider's own. */
  readonly headers?: { readonly [name: string]: string };
  /** Generation parameters of every request, where the server takes any (era A). */
  readonly parameters?: H2oParameters;
  /** Let the operator hand conversations to the authors of the model. Default `true`, as the original clients had it. */
  readonly shareConversations?: boolean;
  /** Leave conversations on the server. Default `false`: each is deleted when its call ends. */
  readonly keepConversation?: boolean;
  /** Writes a conversation into one prompt. Default: `formatPrompt`. */
  readonly promptFormat?: (messages: readonly Message[]) => string;
  /** What becomes of a `<think>` block at the beginning of an answer. Default `reasoning`: events of its own. */
  readonly thinkTags?: 'text' | 'reasoning';
  /** Limits in milliseconds where a call says nothing; one number is `total`. */
  readonly timeout?: number | Timeouts;
  /** The proxy where a call says nothing; `false` for none. Default: the environment's. */
  readonly proxy?: string | false;
  /** The longest that cleaning up after a call may take, in milliseconds. Default 5,000. */
  readonly cleanupTimeoutMs?: number;
}

type Check = readonly [is: (value: unknown) => boolean, expected: string];

const text: Check = [(value) => typeof value === 'string' && value !== '', 'a non-empty string'];
const flag: Check = [(value) => typeof value === 'boolean', 'true or false'];
const record: Check = [
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an object',
];

const checks: { readonly [Name in keyof Required<H2oOptions>]: Check } = {
  baseURL: [isHttpAddress, 'an http:// or https:// address without a user name and without a query'],
  era: [
    (value) => value === 'auto' || Object.hasOwn(eras, String(value)),
    `auto, ${Object.keys(eras).join(', ')}`,
  ],
  defaultModel: text,
  models: [
    (value) => Array.isArray(value) && value.length > 0 && value.every(text[0]),
    'an array of model ids',
  ],
  cookieName: [(value) => typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value), 'a cookie name'],
  // RFC 6265, cookie-octet.
  cookie: [
    (value) => typeof value === 'string' && /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/.test(value),
    'the value alone, without its name and without spaces or semicolons',
  ],
  headers: record,
  parameters: record,
  shareConversations: flag,
  keepConversation: flag,
  promptFormat: [(value) => typeof value === 'function', 'a function'],
  thinkTags: [(value) => value === 'text' || value === 'reasoning', 'text or reasoning'],
  timeout: [
    (value) => typeof value === 'number' || record[0](value),
    'a number of milliseconds or an object of them',
  ],
  proxy: [(value) => typeof value === 'string' || value === false, 'an address or false'],
  cleanupTimeoutMs: [
    (value) => typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1,
    'a number of milliseconds above 0',
  ],
};

/** Options with everything filled in. */
export interface SettledOptions
  extends Required<Omit<H2oOptions, 'defaultModel' | 'models' | 'headers' | 'timeout' | 'proxy'>> {
  readonly names: ModelNames;
  readonly headers: H2oOptions['headers'];
  readonly timeouts: Timeouts;
  readonly proxy: H2oOptions['proxy'];
}

/** Checks options and fills in what is missing. Throws what `checkOptions` throws. */
export function settleOptions(options: H2oOptions): SettledOptions {
  checkOptions(options);
  const { timeout } = options;
  return {
    baseURL: options.baseURL ?? defaultBaseURL,
    era: options.era ?? 'auto',
    names: modelNames(options),
    cookieName: options.cookieName ?? 'hf-chat',
    // The server takes any value for a new session. One for each provider, so that its terms are accepted once.
    cookie: options.cookie ?? randomUUID(),
    headers: options.headers,
    parameters: options.parameters ?? {},
    shareConversations: options.shareConversations ?? true,
    keepConversation: options.keepConversation ?? false,
    promptFormat: options.promptFormat ?? formatPrompt,
    thinkTags: options.thinkTags ?? 'reasoning',
    timeouts: typeof timeout === 'number' ? { total: timeout } : (timeout ?? {}),
    proxy: options.proxy,
    cleanupTimeoutMs: options.cleanupTimeoutMs ?? 5_000,
  };
}

/** With a list, only what is on it; without one, any model, and the server has the last word. */
function modelNames({ models, defaultModel: own }: H2oOptions): ModelNames {
  const known = models ?? knownModels;
  const aliases = Object.entries(modelAliases).filter(([, model]) => known.includes(model));
  return {
    defaultModel: own ?? models?.[0] ?? defaultModel,
    models: known,
    aliases: Object.fromEntries(aliases),
    open: models === undefined,
  };
}

/**
 * Checks the factory's options, which may come from a file. Throws `invalid-request` that names the option and what was
 * expected; values are not repeated, since one of them is a credential.
 */
function checkOptions(options: H2oOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(checks, name)) {
      const near = closest(name, Object.keys(checks));
      throw invalid(`${name} is not an option of h2o${near === undefined ? '' : `; did you mean ${near}?`}`);
    }
    const [is, expected] = checks[name as keyof H2oOptions];
    if (!is(value)) throw invalid(`option ${name} of h2o must be ${expected}`);
  }
  if (options.parameters) checkParameters({ ...options.parameters }, 'option parameters');
}

function isHttpAddress(value: unknown): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  // A user name would go out with every Referer.
  return `${url.username}${url.password}${url.search}${url.hash}` === '';
}

function invalid(message: string): ChatError {
  return new ChatError('invalid-request', message, { provider: 'h2o' });
}
