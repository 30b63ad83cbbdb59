import type { CompletedCommand, CompletedOption, CompletedProgram, Words } from './describe-program.ts';
import { shellQuoted } from './shell-quoted.ts';

/** The script for zsh: as `_sluice` in a folder of $fpath, or by `source` after compinit. */
export function zshScript({ name, options, commands }: CompletedProgram): string {
  const list = commands.map((command) => shellQuoted(`${escaped(command.name)}:${command.description}`));
  return `#compdef ${name}
# zsh completion for ${name}

__${name}_names() {
  local -a names
  names=(\${(f)"$(command ${name} completion-names $1 2>/dev/null)"})
  compadd -- $names
}

__${name}_commands() {
  local -a commands
  commands=(
${list.map((entry) => `    ${entry}`).join('\n')}
  )
  _describe -t commands command commands
}

_${name}() {
  local curcontext=$curcontext state line ret=1
  typeset -A opt_args
  _arguments -C -s \\
${options
  .flatMap(optionSpecs)
  .map((spec) => `    ${spec} \\`)
  .join('\n')}
    '1:command:__${name}_commands' \\
    '*::argument:->arguments' && ret=0
  if [[ $state == arguments ]]; then
    case $line[1] in
${commands.map(commandCase).join('\n')}
    esac
  fi
  return ret
}

if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;

  function commandCase({ name: command, options: own, argument }: CompletedCommand): string {
    const lines = own.flatMap(optionSpecs);
    // A specification of arguments that nothing completes would keep zsh from completing the options.
    if (argument.from !== 'nowhere') lines.push(shellQuoted(`*:argument:${action(argument)}`));
    return `      ${command})
        _arguments -s \\
${lines.map((line) => `          ${line}`).join(' \\\n')} && ret=0
        ;;`;
  }

  function optionSpecs({ flags, description, value }: CompletedOption): readonly string[] {
    const takes = value === undefined ? '' : `:value:${action(value)}`;
    // Either form excludes both.
    const excluded = flags.length === 1 ? '' : shellQuoted(`(${flags.join(' ')})`);
    return flags.map((flag) => {
      // With a value the long form may also be followed by =.
      const sign = value !== undefined && flag.startsWith('--') ? '=' : '';
      return `${excluded}${shellQuoted(`${flag}${sign}[${escaped(description)}]${takes}`)}`;
    });
  }

  function action(words: Words): string {
    if (words.from === 'list') return `(${words.words.map(escaped).join(' ')})`;
    if (words.from === 'names') return `{__${name}_names ${words.names}}`;
    return words.from === 'files' ? '_files' : ' ';
  }
}

/** As the specifications of `_arguments` and `_describe` need it (zshcompsys, "Completion functions"). */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, '\\$&');
}
