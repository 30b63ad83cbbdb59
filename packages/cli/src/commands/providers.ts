import type { ProviderManifest } from '@sluice/core';
import { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { builtInProviders } from '../upstream/built-in-providers.ts';

const help = `
Examples:
  sluice providers
  sluice providers --json | jq -r .id

An id is what --provider takes. A provider whose default address does not answer is for servers of your own that
speak like it: --base-url names one.`;

const columns = ['provider', 'default model', 'default address'] as const;

/** `sluice providers`. */
export function providersCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('providers')
    .description('list the providers, as their manifests describe them')
    .option('--json', 'print the manifests, one JSON object a line')
    .addHelpText('after', help);
  return command.action(async ({ json = false }: { readonly json?: boolean }) => {
    const terminal = open(command);
    const manifests = builtInProviders.map(({ manifest }) => manifest);
    await (json ? printManifests(manifests, terminal) : printTable(manifests, terminal));
    done(exitCodes.ok);
  });
}

async function printManifests(manifests: readonly ProviderManifest[], { out }: Terminal): Promise<void> {
  for (const manifest of manifests) await out.write(`${JSON.stringify(manifest)}\n`);
}

async function printTable(
  manifests: readonly ProviderManifest[],
  { out, outColours }: Terminal,
): Promise<void> {
  const rows = manifests.map((manifest) => [manifest.id, manifest.defaultModel ?? '-', addressOf(manifest)]);
  const widths = columns.map((name, index) =>
    Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd();
  await out.write(`${outColours.bold(lineOf(columns))}\n`);
  for (const row of rows) await out.write(`${lineOf(row)}\n`);
}

function addressOf({ options, working }: ProviderManifest): string {
  const { properties } = (options ?? {}) as {
    readonly properties?: { readonly baseURL?: { readonly default?: unknown } };
  };
  const address = properties?.baseURL?.default;
  if (typeof address !== 'string') return 'none: give --base-url';
  return working ? address : `${address} (does not answer today)`;
}
