import { bounded, type ChatProvider, closest, redact } from '@sluice/core';
import { inTime } from '../in-time.ts';
import { printable } from '../printable.ts';
import { checkOptions } from './check-options.ts';
import { credentialsIn } from './credentials-in.ts';
import { type DiagnosticCode, DiscoveryError } from './diagnostic.ts';
import type { AvailableProvider, LoadedProvider, ProviderOptions } from './discovered-provider.ts';
import { pathName, typeName } from './shown-value.ts';

/** What is needed to import a provider. */
export type Loadable = Pick<AvailableProvider, 'packageName' | 'directory' | 'manifest'> & {
  /** Where the manifest's entry leads. */
  readonly entryUrl: string;
};

/** How long a package may take to be imported, and again to make a provider, in milliseconds: one that hangs must not keep the others. */
const longestLoadMs = 30_000;
const tooLong = `it did not end within ${longestLoadMs / 1_000} s`;

/** Imports a provider's code and makes a provider. Throws a `DiscoveryError`; causes are kept, credentials are not. */
export async function loadProvider(from: Loadable, options: ProviderOptions = {}): Promise<LoadedProvider> {
  await refuseWrongOptions(from, options);
  const create = await importFactory(from);
  let made: unknown;
  try {
    made = await inTime(Promise.resolve(create(options)), longestLoadMs, tooLong);
  } catch (error) {
    throw failure(
      from,
      'factory-failed',
      `${from.manifest.factory}() failed: ${reasonOf(error, options)}`,
      error,
    );
  }
  const problem = whyNoProvider(made, from, options);
  if (problem !== undefined) throw failure(from, 'not-a-provider', problem);
  return { provider: made as ChatProvider, manifest: from.manifest };
}

async function refuseWrongOptions(from: Loadable, options: ProviderOptions): Promise<void> {
  const { options: schema } = from.manifest;
  if (schema === undefined) return;
  const problems = await checkOptions(schema, options).catch((error: unknown) => {
    const why = `the schema of its options is wrong: ${reasonOf(error, options)}`;
    throw failure(from, 'bad-manifest', why, error);
  });
  if (problems.length === 0) return;
  const lines = problems.map(({ path, message }) => `${pathName(['options', ...path])}: ${message}`);
  throw failure(from, 'bad-options', printable(lines.join('; '), 2_000));
}

async function importFactory(from: Loadable): Promise<(options: ProviderOptions) => unknown> {
  const { entryUrl, manifest } = from;
  let module: { readonly [name: string]: unknown };
  try {
    module = await inTime(import(entryUrl) as Promise<typeof module>, longestLoadMs, tooLong);
  } catch (error) {
    throw failure(from, 'import-failed', `importing it failed: ${reasonOf(error)}`, error);
  }
  const exported = Object.hasOwn(module, manifest.factory) ? module[manifest.factory] : undefined;
  if (isFactory(exported)) return exported;
  // What `defineProvider` gives is a factory with its manifest.
  if (
    typeof exported === 'object' &&
    exported !== null &&
    'create' in exported &&
    isFactory(exported.create)
  ) {
    return exported.create;
  }
  const names = Object.keys(module);
  const near = closest(manifest.factory, names);
  const hint = near === undefined ? `it exports ${names.join(', ') || 'nothing'}` : `is ${near} meant?`;
  throw failure(
    from,
    'no-factory',
    `it has no function ${manifest.factory} to make a provider with; ${hint}`,
  );
}

function isFactory(value: unknown): value is (options: ProviderOptions) => unknown {
  return typeof value === 'function';
}

/** What is missing for the thing to be the provider that the manifest promises. */
function whyNoProvider(made: unknown, { manifest }: Loadable, options: ProviderOptions): string | undefined {
  const what = `${manifest.factory}() gave`;
  if (typeof made !== 'object' || made === null) return `${what} ${typeName(made)} and no provider`;
  const provider = made as { readonly [key: string]: unknown };
  const lacking = ['stream', 'listModels', 'close'].filter((name) => typeof provider[name] !== 'function');
  if (typeof provider.capabilities !== 'object' || provider.capabilities === null)
    lacking.push('capabilities');
  if (lacking.length > 0) return `${what} an object without ${lacking.join(', ')}, which is no provider`;
  const allowed = [manifest.id, ...(typeof options.id === 'string' ? [options.id] : [])];
  if (typeof provider.id === 'string' && allowed.includes(provider.id)) return undefined;
  const id = typeof provider.id === 'string' ? JSON.stringify(printable(provider.id, 100)) : 'no text';
  return `${what} a provider whose id is ${id}, but its manifest says ${allowed.at(-1)}`;
}

function failure(from: Loadable, code: DiagnosticCode, problem: string, cause?: unknown): DiscoveryError {
  const { packageName, directory: path } = from;
  const message = `${packageName} cannot be loaded from ${path}: ${bounded(problem, 2_500)}`;
  return new DiscoveryError({ severity: 'error', code, packageName, path, message }, cause);
}

/** One line of what another's code threw, without the credentials that it was given. */
function reasonOf(thrown: unknown, options: ProviderOptions = {}): string {
  const text = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : typeName(thrown);
  const credentials = credentialsIn(options).map(({ value }) => value);
  return printable(redact(text, { credentials }), 500);
}
