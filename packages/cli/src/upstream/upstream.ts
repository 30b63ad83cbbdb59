import { closest } from '@sluice/core';
import { createRegistry, type Registration, type Registry } from '@sluice/registry';
import { createSandbox, type Sandbox } from '@sluice/sandbox';
import type { Io } from '../terminal/io.ts';
import { UsageError } from '../usage-error.ts';
import {
  type BuiltInProvider,
  builtInProviders,
  commonProvider,
  type ProviderAddress,
} from './built-in-providers.ts';

/** Which upstream a command is to talk to. */
export interface UpstreamOptions {
  readonly provider?: string | undefined;
  readonly baseUrl?: string | undefined;
  /** The name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string | undefined;
  /** Tokens per second of the sandbox. */
  readonly sandboxRate?: number | undefined;
  /** Providers whose server in the sandbox resets every connection. */
  readonly sandboxDown?: readonly string[] | undefined;
}

/** What a command talks to. */
export interface Upstream extends AsyncDisposable {
  readonly registry: Registry;
  /** Makes `registry` a new one, to which no target has failed yet. */
  forgetFailures(): void;
  /** The one provider that was chosen, if one was, and whether it has a model of its own where none is named. */
  readonly only?: { readonly id: string; readonly hasDefault: boolean };
  /** What the user has to know before an answer is shown. */
  readonly notice?: string;
}

/** How fast the sandbox speaks if nothing is said, in tokens per second: about as fast as a good upstream. */
const defaultSandboxRate = 60;

const sandboxNotice =
  'no upstream is configured: the embedded sandbox answers, which is no language model (--base-url names a real one)';

/** Finds the upstream that the options mean; without an address, starts the embedded sandbox. Throws `UsageError`. */
export async function openUpstream(options: UpstreamOptions, env: Io['env']): Promise<Upstream> {
  const chosen = options.provider === undefined ? undefined : findProvider(options.provider);
  if (options.baseUrl !== undefined) return openAddress(options.baseUrl, chosen, options, env);
  if (options.apiKeyEnv !== undefined) {
    throw new UsageError('--api-key-env needs an upstream to send the key to: add --base-url');
  }
  return openSandbox(chosen, options, env);
}

/** Throws a `UsageError` with the nearest id for an unknown one. */
function findProvider(id: string): BuiltInProvider {
  const found = builtInProviders.find(({ manifest }) => manifest.id === id);
  if (found) return found;
  const ids = builtInProviders.map(({ manifest }) => manifest.id);
  const near = closest(id, ids);
  throw new UsageError(
    `no provider is named ${JSON.stringify(id)}; ${near === undefined ? `there are ${ids.join(', ')}` : `did you mean ${near}?`}`,
  );
}

function openAddress(
  baseURL: string,
  chosen: BuiltInProvider = findProvider(commonProvider),
  { apiKeyEnv }: UpstreamOptions,
  env: Io['env'],
): Upstream {
  const url = URL.parse(baseURL);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new UsageError('--base-url must be an address such as http://127.0.0.1:11434/v1');
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError('--base-url must not hold a password: it would show in messages');
  }
  const apiKey = apiKeyEnv === undefined ? undefined : keyFrom(apiKeyEnv, chosen, env);
  const address: ProviderAddress = { baseURL, ...(apiKey === undefined ? {} : { apiKey }) };
  // The manifest's models are those of the default address, and this is another: the provider decides.
  return upstreamOf([{ provider: chosen.create(address) }], {
    only: { id: chosen.manifest.id, hasDefault: chosen.manifest.defaultModel !== undefined },
  });
}

function keyFrom(name: string, { manifest }: BuiltInProvider, env: Io['env']): string {
  const { properties } = (manifest.options ?? {}) as { readonly properties?: object };
  if (!Object.hasOwn(properties ?? {}, 'apiKey')) {
    throw new UsageError(`${manifest.id} takes no key: leave --api-key-env out`);
  }
  const key = env[name]?.trim();
  // Never the name: some take the option for the key itself, and a key must not be printed.
  if (!key) {
    throw new UsageError(
      '--api-key-env names an environment variable that is empty or not set; the key itself is never an argument',
    );
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError(
      'the key that --api-key-env names has a space, a line break or a letter that a key cannot have',
    );
  }
  return key;
}

async function openSandbox(
  chosen: BuiltInProvider | undefined,
  { sandboxDown = [], sandboxRate = defaultSandboxRate }: UpstreamOptions,
  env: Io['env'],
): Promise<Upstream> {
  const down = [...sandboxDown, env.SLUICE_SANDBOX_DOWN ?? ''].flatMap(listed).map(findProvider);
  const sandbox = await createSandbox({ tokensPerSecond: sandboxRate });
  for (const { sandbox: played } of down) {
    sandbox.setFault({ service: played.service, phase: '*' }, 'reset-before-headers');
  }
  const providers = chosen === undefined ? builtInProviders : [chosen];
  return upstreamOf(
    providers.map((provider) => inSandbox(provider, sandbox)),
    {
      notice: sandboxNotice,
      ...(chosen === undefined ? {} : { only: { id: chosen.manifest.id, hasDefault: true } }),
    },
    sandbox,
  );
}

function inSandbox({ manifest, create, sandbox: played }: BuiltInProvider, sandbox: Sandbox): Registration {
  return {
    provider: create({ baseURL: played.url(sandbox.urls) }),
    manifest,
    ...(played.defaultModel === undefined
      ? {}
      : { defaultModel: played.defaultModel, models: [played.defaultModel] }),
  };
}

/** Every provider is worth one attempt, in the order in which they stand: that is what the command is for. */
function upstreamOf(
  registrations: readonly Registration[],
  about: Pick<Upstream, 'only' | 'notice'>,
  sandbox?: Sandbox,
): Upstream {
  const ids = registrations.map(({ provider }) => provider.id);
  const create = (): Registry =>
    createRegistry({ providers: registrations, default: ids, strategy: 'ordered', maxAttempts: ids.length });
  let registry = create();
  return {
    ...about,
    get registry() {
      return registry;
    },
    // The providers stay, and with them what they have under way. What a registry alone has ends with its calls.
    forgetFailures() {
      registry = create();
    },
    async [Symbol.asyncDispose]() {
      await registry.close();
      await sandbox?.close();
    },
  };
}

function listed(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((entry) => entry !== '');
}
