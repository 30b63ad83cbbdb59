import type { ModelInfo } from '@sluice/core';
import { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import { failureLine } from '../failure.ts';
import type { Colours } from '../terminal/colours.ts';
import { printableLine } from '../terminal/printable.ts';
import { type Cell, type Column, tableLines } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { openUpstream, type Upstream } from '../upstream/upstream.ts';
import { addUpstreamOptions, reachOf, type UpstreamFlags } from './upstream-options.ts';

interface ModelsFlags extends UpstreamFlags {
  readonly json?: boolean;
}

const help = `
Examples:
  sluice models
  sluice models -p local
  sluice models -u http://127.0.0.1:11434/v1
  sluice models --json | jq -r 'select(.contextTokens>=32000).id'

Prints what \`sluice chat --model\` takes, one a line: the routes of the configuration, then provider:model as the
upstreams list them. A provider that cannot be asked is told on stderr; the models that the configuration or its
manifest names are listed all the same.

Exit codes: 0 something is listed; 1 nothing is, or nobody could be asked; 2 the command line or the configuration is wrong.`;

/** `sluice models`. */
export function modelsCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('models')
    .description('list the routes and models that can be asked for')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', help);
  return addUpstreamOptions(command).action(async (flags: ModelsFlags) => {
    done(await listModels(flags, open(command)));
  });
}

/** A name for `--model`, and what is known of it. */
type Row = Pick<ModelInfo, 'title' | 'contextTokens' | 'source'> & {
  readonly id: string;
  readonly provider?: string;
  readonly route?: true;
};

async function listModels(flags: ModelsFlags, terminal: Terminal): Promise<number> {
  const { io, out, outColours, complain, note } = terminal;
  const reach = reachOf(flags);
  await using upstream = await openUpstream(flags, io);
  for (const notice of upstream.notices) await note(notice);
  const { models, failures } = await ask(upstream, reach);
  for (const failure of failures) await complain(failure);
  const routes = upstream.only === undefined ? upstream.registry.routes : [];
  const rows: readonly Row[] = [...routes.map((id): Row => ({ id, route: true })), ...models];
  for (const line of linesOf(rows, flags, out.isTerminal ? outColours : undefined))
    await out.write(`${line}\n`);
  return models.length > 0 ? exitCodes.ok : exitCodes.failure;
}

/** What the providers answer, or the chosen one. */
async function ask(
  { registry, only }: Upstream,
  reach: ReturnType<typeof reachOf>,
): Promise<{ readonly models: readonly Row[]; readonly failures: readonly string[] }> {
  const all = await registry.listModelsByProvider(reach);
  const listed = only === undefined ? all : all.filter(({ provider }) => provider === only.id);
  return {
    models: listed.flatMap(({ provider, models }) =>
      models.map(({ id, ...rest }): Row => ({ id: `${provider}:${id}`, provider, ...rest })),
    ),
    failures: listed.flatMap(({ provider, error }) =>
      error === undefined ? [] : [`${provider} could not be asked: ${failureLine(error)}`],
    ),
  };
}

/** A pipe gets the names alone. */
function linesOf(
  rows: readonly Row[],
  { json }: ModelsFlags,
  colours: Colours | undefined,
): readonly string[] {
  if (json) return rows.map((row) => JSON.stringify(row));
  if (colours === undefined) return rows.map(({ id }) => printableLine(id));
  if (rows.length === 0) return [];
  const hasContext = rows.some(({ contextTokens }) => contextTokens !== undefined);
  const columns: readonly Column[] = [
    { title: 'model' },
    ...(hasContext ? [{ title: 'context', align: 'right' } as const] : []),
    { title: 'known from' },
  ];
  const cells = rows.map(({ id, contextTokens, route, source }): readonly Cell[] => [
    id,
    ...(hasContext ? [contextTokens === undefined ? '' : String(contextTokens)] : []),
    { text: route ? 'route' : source === 'upstream' ? 'the upstream' : 'its manifest', style: colours.dim },
  ]);
  return tableLines(columns, cells, colours.bold);
}
