import { type ChatError, type ChatErrorCode, closest } from '@sluice/core';
import { localServers } from '../init/local-servers.ts';

/** A target that does not work, as far as an advice needs it. */
export interface Ailment {
  readonly error: ChatError;
  /** Where the provider stands in the configuration, such as `providers.local`. */
  readonly where: string;
  readonly model?: string | undefined;
  /** The models that the provider lists. */
  readonly models?: readonly string[] | undefined;
  /** The variables that hold its keys. */
  readonly keys: readonly string[];
  /** Whether the provider can take a key. */
  readonly takesKey: boolean;
}

type Advice = (ailment: Ailment) => string;

const again: Advice = () => 'try again in a while; if it stays so, ask whoever runs the server';
const reported: Advice = () =>
  'ask it with SLUICE_DEBUG=1 sluice chat, and report what that shows to the provider’s maintainers';

/** The first thing to do, by how the question failed. */
const byCode: { readonly [Code in ChatErrorCode]: Advice } = {
  aborted: again,
  'deadline-exceeded': () => 'it answers, but slowly; give it longer with --timeout',
  'invalid-request': ({ where }) => `see what the server refuses, and mend ${where}.options`,
  unsupported: ({ where }) => `take it out of what ${where} is used for: it cannot answer plain questions`,
  'context-length': ({ where }) =>
    `name another model in ${where}: this one is too small for any conversation`,
  'content-filter': ({ where }) => `name another model in ${where}: a filter refused a harmless question`,
  auth: adviceAboutKey,
  'payment-required': () => 'pay, or raise the limit, in the account that the key belongs to',
  'model-not-found': adviceAboutModel,
  'rate-limited': ({ error: { retryAfterMs } }) =>
    `wait ${retryAfterMs === undefined ? 'a while' : `${Math.ceil(retryAfterMs / 1_000)} s`}, or use a key with a higher limit`,
  overloaded: again,
  'server-error': ({ error: { status } }) =>
    `look into the server’s log: it failed by itself${status === undefined ? '' : ` (${status})`}`,
  'connect-timeout': ({ where }) =>
    `check the address in ${where}.options.baseURL, the firewall, and whether a proxy is needed (HTTPS_PROXY)`,
  'first-token-timeout': () =>
    'the server took the question and said nothing: a model may still be loading; give it longer with --timeout',
  'idle-timeout': again,
  network: adviceAboutNetwork,
  'invalid-response': ({ where }) =>
    `check ${where}.options.baseURL: something else answers there (an OpenAI-compatible address ends in /v1)`,
  blocked: () =>
    'open the address in a browser: it asks whether you are human; from another network it may not, and no program gets past it',
  truncated: () => 'look for a proxy before the server that ends long answers, and raise its timeout',
  'empty-response': ({ where }) => `name another model in ${where}: this one answers with nothing`,
  saturated: again,
  'no-target': ({ where }) => `see what ${where} names: no target is left there`,
  internal: reported,
};

/** What to do about a failed connection, by the words of its message. The first that fits counts. */
const byConnection: readonly (readonly [words: RegExp, advice: Advice])[] = [
  [
    /^the proxy/,
    ({ where }) =>
      `check the proxy: ${where}.options.proxy, else HTTP_PROXY and HTTPS_PROXY; NO_PROXY=127.0.0.1,localhost keeps local servers out of those`,
  ],
  [/ECONNREFUSED/, adviceAboutRefusal],
  [/ENOTFOUND|EAI_AGAIN/, ({ where }) => `check the host name in ${where}.options.baseURL, and the network`],
  [
    /TLS|certificate/i,
    ({ where }) =>
      `check that ${where}.options.baseURL says https only where the server does; NODE_EXTRA_CA_CERTS names a file with a certificate of your own`,
  ],
  [/EHOSTUNREACH|ENETUNREACH/, () => 'check the network, and a VPN if one is needed'],
];

/** The first thing to do about a target that does not work. */
export function adviceFor(ailment: Ailment): string {
  return byCode[ailment.error.code](ailment);
}

function adviceAboutNetwork(ailment: Ailment): string {
  const { message } = ailment.error;
  const [, advice] = byConnection.find(([words]) => words.test(message)) ?? [];
  return advice?.(ailment) ?? `check ${ailment.where}.options.baseURL, and look into the server’s log`;
}

/** Nobody listens there: of a usual port it is known who should. */
function adviceAboutRefusal({ error: { message }, where }: Ailment): string {
  const usual = localServers.find(({ baseURL }) => message.includes(new URL(baseURL).host));
  const start = usual === undefined ? 'start the server' : `start ${usual.title} (${usual.start})`;
  return `${start}, or mend ${where}.options.baseURL`;
}

function adviceAboutKey({ keys, where, takesKey }: Ailment): string {
  if (keys.length > 0) return `check the key in ${keys.join(' or ')}: the server refuses it`;
  return takesKey
    ? `put its key into an environment variable, and name that in ${where}.apiKeyEnv`
    : `see in the README of the provider what ${where}.options need to be let in`;
}

function adviceAboutModel({ model, models = [], where }: Ailment): string {
  const near = model === undefined ? undefined : closest(model, models);
  if (near !== undefined) return `did you mean ${near}? Mend it in ${where}, or in the route that names it`;
  if (models.length === 0)
    return `load or pull a model there, or name one that it has in ${where}.options.defaultModel`;
  const [first, second, third, ...more] = models;
  const some = [first, second, third].flatMap((id) => id ?? []).join(', ');
  return `name one that it has: ${some}${more.length === 0 ? '' : ` or one of ${more.length} more`}`;
}
