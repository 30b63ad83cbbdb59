import { ConfigError, loadConfig } from '@sluice/registry/config';
import type { DiscoveredProvider, Discovery } from '@sluice/registry/discovery';
import { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import { reportFailure } from '../failure.ts';
import type { Colours } from '../terminal/colours.ts';
import { printableLine } from '../terminal/printable.ts';
import { type Cell, tableLines } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { installedProviders } from '../upstream/installed-providers.ts';
import { addConfigOption } from './upstream-options.ts';

interface ProvidersFlags {
  readonly config?: string;
  readonly json?: boolean;
}

const help = `
Examples:
  sluice providers
  sluice providers --json | jq -r 'select(.status=="available").id'

Lists what the application depends on, then what comes with this command. Nothing of a provider's code runs.
A provider that is refused is installed but not trusted: its package must be named under "allow" in sluice.config.
"works" is what the manifest says of the default address; one without, or whose address does not answer, is for
servers of your own that speak like it: the option baseURL, or --base-url, names one.

Exit codes: 0 done; 2 the command line or the configuration is wrong (what is installed is listed all the same).`;

/** `sluice providers`. */
export function providersCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('providers')
    .description('list the providers that are installed, as their manifests describe them')
    .option('--json', 'print manifests with their status, one JSON object a line')
    .addHelpText('after', help);
  return addConfigOption(command).action(async (flags: ProvidersFlags) => {
    done(await listProviders(flags, open(command)));
  });
}

async function listProviders(
  { config: file, json = false }: ProvidersFlags,
  terminal: Terminal,
): Promise<number> {
  const { io, out, outColours, complain } = terminal;
  let exitCode: number = exitCodes.ok;
  const loaded = await loadConfig({ cwd: io.cwd, env: io.env, file }).catch(async (error: unknown) => {
    // What is installed helps to mend it.
    if (!(error instanceof ConfigError)) throw error;
    exitCode = await reportFailure(error, terminal);
    return undefined;
  });
  const discovery = await installedProviders(loaded?.directory ?? io.cwd, loaded?.config.allow);
  const configured = Object.entries(loaded?.config.providers ?? {}).map(([name, { use = name }]) => ({
    name,
    use,
  }));
  const rows = discovery.providers.map(
    (provider): Row => ({
      provider,
      names: configured.filter(({ use }) => isNamed(provider, use)).map(({ name }) => name),
    }),
  );
  const lines = json ? rows.map(jsonLine) : shownLines(rows, outColours);
  for (const line of lines) await out.write(`${line}\n`);
  for (const message of otherDiagnostics(discovery)) await complain(message);
  return exitCode;
}

/** An installed provider, and the names under which the configuration has it. */
interface Row {
  readonly provider: DiscoveredProvider;
  readonly names: readonly string[];
}

function isNamed({ manifest, packageName }: DiscoveredProvider, use: string): boolean {
  return manifest?.id === use || packageName === use;
}

function jsonLine({ provider, names }: Row): string {
  const { status, packageName, version, manifest } = provider;
  const reason = status === 'available' ? {} : { reason: provider.reason };
  return JSON.stringify({
    status,
    package: packageName,
    version,
    ...reason,
    configuredAs: names,
    ...manifest,
  });
}

const columns = ['provider', 'status', 'configured as', 'works', 'default model', 'default address'].map(
  (title) => ({ title }),
);

/** A table, and below it what is wrong with some. */
function shownLines(rows: readonly Row[], colours: Colours): readonly string[] {
  const told = rows.flatMap(({ provider }) => {
    const { manifest } = provider;
    if (provider.status !== 'available') return [`${nameOf(provider)}: ${provider.reason}`];
    return manifest?.deprecated === undefined ? [] : [`${manifest.id}: deprecated: ${manifest.deprecated}`];
  });
  return [
    ...tableLines(
      columns,
      rows.map((row) => cellsOf(row, colours)),
      colours.bold,
    ),
    ...(told.length === 0 ? [] : ['', ...told.map((line) => printableLine(line))]),
  ];
}

const statusStyles = { available: 'green', refused: 'yellow', broken: 'red' } as const;

function cellsOf({ provider, names }: Row, colours: Colours): readonly Cell[] {
  const { status, manifest } = provider;
  const works = manifest && worksOf(manifest);
  return [
    nameOf(provider),
    { text: status, style: colours[statusStyles[status]] },
    names.length === 0 ? '-' : names.join(', '),
    works === 'no' ? { text: works, style: colours.yellow } : (works ?? '-'),
    manifest?.defaultModel ?? '-',
    (manifest && addressOf(manifest)) ?? '-',
  ];
}

function nameOf({ manifest, packageName }: DiscoveredProvider): string {
  return manifest?.id ?? packageName;
}

/** What the manifest says of the default address, if there is one. */
function worksOf(manifest: NonNullable<DiscoveredProvider['manifest']>): 'yes' | 'no' | undefined {
  if (manifest.working) return 'yes';
  return addressOf(manifest) === undefined ? undefined : 'no';
}

/** The address that is asked if nobody names one. */
function addressOf({ options }: NonNullable<DiscoveredProvider['manifest']>): string | undefined {
  const { properties } = (options ?? {}) as {
    readonly properties?: { readonly baseURL?: { readonly default?: unknown } };
  };
  const address = properties?.baseURL?.default;
  return typeof address === 'string' ? address : undefined;
}

/** What is wrong beside the providers that stand in the table with their reasons. */
function otherDiagnostics({ providers, diagnostics }: Discovery): readonly string[] {
  const told = new Set(
    providers.flatMap((provider) => (provider.status === 'available' ? [] : [provider.reason])),
  );
  return diagnostics.map(({ message }) => message).filter((message) => !told.has(message));
}
