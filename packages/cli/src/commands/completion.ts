import { Argument, Command } from 'commander';
import { bashScript } from '../completion/bash-script.ts';
import { type CompletedProgram, describeProgram, type NameKind } from '../completion/describe-program.ts';
import { fishScript } from '../completion/fish-script.ts';
import { knownNames } from '../completion/known-names.ts';
import { zshScript } from '../completion/zsh-script.ts';
import { exitCodes } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';

const scripts: { readonly [shell: string]: (program: CompletedProgram) => string } = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

const help = `
Examples:
  source <(sluice completion bash)                      in ~/.bashrc
  source <(sluice completion zsh)                       in ~/.zshrc, after compinit
  sluice completion fish > ~/.config/fish/completions/sluice.fish

Commands, options and their choices are in the script. Model names are asked of the command, which looks into the
configuration and at the installed providers, and asks no upstream.`;

/** `sluice completion`. */
export function completionCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('completion')
    .description('print a script that lets the shell complete commands, options and models')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .addHelpText('after', help);
  return command.action(async (shell: string) => {
    const script = scripts[shell] as (program: CompletedProgram) => string;
    await open(command).out.write(script(describeProgram(command.parent as Command)));
    done(exitCodes.ok);
  });
}

/** The hidden `sluice completion-names`, which the scripts ask. It complains of nothing: somebody is typing. */
export function completionNamesCommand(
  open: (command: Command) => Terminal,
  done: (exitCode: number) => void,
): Command {
  const command = new Command('completion-names')
    .description('print the names that a completion script asks for')
    .addArgument(new Argument('<kind>').choices(['models', 'providers']));
  return command.action(async (kind: NameKind) => {
    const { io, out } = open(command);
    const names = await knownNames(kind, io).catch((): readonly string[] => []);
    for (const name of names) await out.write(`${name}\n`);
    done(exitCodes.ok);
  });
}
