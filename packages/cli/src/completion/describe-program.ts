import type { Argument, Command, Option } from 'commander';

/** Where the words come from that may stand in a place of the command line. */
export type Words =
  | { readonly from: 'list'; readonly words: readonly string[] }
  | { readonly from: 'files' }
  /** Names that only a configuration knows: the command is asked for them. */
  | { readonly from: 'names'; readonly names: NameKind }
  /** Text of the user's own. */
  | { readonly from: 'nowhere' };

/** Names that the hidden command `completion-names` prints. */
export type NameKind = 'models' | 'providers';

/** An option as a shell sees it. */
export interface CompletedOption {
  /** With their dashes; the long one first. */
  readonly flags: readonly string[];
  readonly description: string;
  /** What follows it, if something does. */
  readonly value?: Words;
}

/** A command with all options that it takes. */
export interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** What its arguments are. */
  readonly argument: Words;
}

/** All that a completion script knows of the command line. */
export interface CompletedProgram {
  readonly name: string;
  /** Options that stand before any command. */
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

const nowhere: Words = { from: 'nowhere' };

/** What a value is by its name in the help (`--config <file>`). */
const byValueName: { readonly [name: string]: Words } = {
  file: { from: 'files' },
  folder: { from: 'files' },
  target: { from: 'names', names: 'models' },
};

/** What a value is by its option, where its name does not tell. */
const byFlag: { readonly [flag: string]: Words } = {
  '--model': { from: 'names', names: 'models' },
  '--provider': { from: 'names', names: 'providers' },
};

/**
 * Reads the commands and options of a program, without those that are hidden. Options of the program are taken by each of its
 * commands, too, as commander does it.
 */
export function describeProgram(program: Command): CompletedProgram {
  const help = program.createHelp();
  const commands = help.visibleCommands(program);
  const names = commands.map((command) => command.name());
  const options = help.visibleOptions(program);
  const everywhere = options.filter(({ long }) => long !== '--version');
  return {
    name: program.name(),
    options: options.map(describeOption),
    commands: commands.map((command) => {
      const own = help.visibleOptions(command);
      const inherited = everywhere.filter(({ long }) => !own.some((option) => option.long === long));
      return {
        name: command.name(),
        description: command.description(),
        options: [...own, ...inherited].map(describeOption),
        argument:
          command.name() === 'help'
            ? { from: 'list', words: names }
            : describeArgument(command.registeredArguments[0]),
      };
    }),
  };
}

function describeOption(option: Option): CompletedOption {
  const flags = [option.long, option.short].flatMap((flag) => flag ?? []);
  const { description } = option;
  return option.required || option.optional
    ? { flags, description, value: wordsOf(option) }
    : { flags, description };
}

function wordsOf({ argChoices, long = '', flags }: Option): Words {
  if (argChoices) return { from: 'list', words: argChoices };
  const [, valueName = ''] = /[<[]([\w-]+)/.exec(flags) ?? [];
  return byFlag[long] ?? byValueName[valueName] ?? nowhere;
}

function describeArgument(argument: Argument | undefined): Words {
  if (argument === undefined) return nowhere;
  if (argument.argChoices) return { from: 'list', words: argument.argChoices };
  return byValueName[argument.name()] ?? nowhere;
}
