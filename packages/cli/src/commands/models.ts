import { Command } from 'commander';
import { exitCodes } from '../exit-code.ts';
import { failureLine } from '../failure.ts';
import { printableLine } from '../terminal/printable.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { openUpstream } from '../upstream/upstream.ts';
import { addUpstreamOptions, reachOf, type UpstreamFlags } from './upstream-options.ts';

interface ModelsFlags extends UpstreamFlags {
  readonly json?: boolean;
}

const help = `
Examples:
  sluice models
  sluice models -u http://127.0.0.1:11434/v1

Prints provider:model, one a line, as \`sluice chat --model\` takes it. A provider that cannot be asked is
told on stderr; the models that its manifest names are listed all the same.`;

/** `sluice models`. */
export function modelsCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('models')
    .description('list the models of the upstream')
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', help);
  return addUpstreamOptions(command).action(async (flags: ModelsFlags) => {
    done(await listModels(flags, open(command)));
  });
}

async function listModels(flags: ModelsFlags, terminal: Terminal): Promise<number> {
  const { io, out, complain, note } = terminal;
  const reach = reachOf(flags);
  await using upstream = await openUpstream(flags, io);
  for (const notice of upstream.notices) await note(notice);
  const { only, registry } = upstream;
  const all = await registry.listModelsByProvider(reach);
  const rows = only === undefined ? all : all.filter(({ provider }) => provider === only.id);
  for (const { provider, error } of rows) {
    if (error) await complain(`${provider} could not be asked: ${failureLine(error)}`);
  }
  const models = rows.flatMap(({ provider, models }) => models.map((model) => ({ ...model, provider })));
  for (const { id, provider, ...rest } of models) {
    const name = `${provider}:${id}`;
    await out.write(
      `${flags.json ? JSON.stringify({ id: name, provider, ...rest }) : printableLine(name)}\n`,
    );
  }
  return models.length > 0 ? exitCodes.ok : exitCodes.failure;
}
