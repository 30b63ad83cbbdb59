import type { CompletedOption, CompletedProgram, Words } from './describe-program.ts';
import { shellQuoted } from './shell-quoted.ts';

/**
 * The script for bash, from 3.2 on (macOS) and without the package bash-completion. Nothing of the command line is evaluated.
 * What is compared is the word as the user sees it: bash cuts words at `:` and `=`, and model names have colons.
 */
export function bashScript({ name, options, commands }: CompletedProgram): string {
  const cases = (rows: readonly (readonly [pattern: string, action: string])[]): string =>
    rows.map(([pattern, action]) => `    ${pattern}) ${action} ;;`).join('\n');
  const after = commands.flatMap((command) =>
    command.options.flatMap(({ flags, value }): readonly (readonly [string, string])[] =>
      value === undefined ? [] : [[flags.map((flag) => `'${command.name} ${flag}'`).join('|'), add(value)]],
    ),
  );
  const flagsOf = (list: readonly CompletedOption[]): string =>
    `__${name}_add ${list.flatMap(({ flags }) => flags).join(' ')}`;
  return `# bash completion for ${name}

# Adds those words that begin as the one that is being typed.
__${name}_add() {
  local word
  for word in "$@"; do
    if [[ $word == "$value"* ]]; then COMPREPLY+=("$prefix$word"); fi
  done
}

__${name}_names() {
  local word
  while IFS= read -r word; do __${name}_add "$word"; done < <(command ${name} completion-names "$1" 2>/dev/null)
}

__${name}_files() {
  local word
  compopt -o filenames 2>/dev/null
  while IFS= read -r word; do COMPREPLY+=("$prefix$word"); done < <(compgen -f -- "$value")
}

_${name}() {
  local words=() part glued= index=0 command= before= current value prefix= ended=
  COMPREPLY=()
  for part in "\${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if [[ $index -gt 0 && ( -n $glued || $part == [:=]* ) ]]; then
      words[index-1]="\${words[index-1]}$part"
    else
      words[index]=$part
      index=$((index+1))
    fi
    glued=
    if [[ $part == *[:=] ]]; then glued=1; fi
  done
  current=\${words[index-1]}
  value=$current
  for ((part = 1; part < index - 1; part++)); do
    if [[ -z $command && \${words[part]} != -* ]]; then command=\${words[part]}; fi
    if [[ \${words[part]} == -- ]]; then ended=1; fi
  done
  if [[ $index -gt 2 ]]; then before=\${words[index-2]}; fi
  if [[ $current == --*=* ]]; then
    before=\${current%%=*}
    prefix=$before=
    value=\${current#*=}
  fi

  if [[ -z $ended ]]; then
  case "$command $before" in
${cases(after.map(([pattern, action]) => [pattern, `${action}; __${name}_trim; return`]))}
  esac
  if [[ $current == -* ]]; then
  case "$command" in
${cases([["''", flagsOf(options)], ...commands.map((command) => [command.name, flagsOf(command.options)] as const)])}
  esac
  __${name}_trim
  return
  fi
  fi
  case "$command" in
${cases([
  ["''", add({ from: 'list', words: commands.map((command) => command.name) })],
  ...commands
    .filter(({ argument }) => argument.from !== 'nowhere')
    .map((command) => [command.name, add(command.argument)] as const),
])}
  esac
  __${name}_trim
}

# What bash puts in stands for the part after the last : or = that it cuts words at.
__${name}_trim() {
  local breaks= cut i
  if [[ $COMP_WORDBREAKS == *:* ]]; then breaks=:; fi
  if [[ $COMP_WORDBREAKS == *=* ]]; then breaks="=$breaks"; fi
  if [[ -z $breaks ]]; then return; fi
  cut=\${current%"\${current##*[$breaks]}"}
  for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"$cut"}; done
}

complete -F _${name} ${name}
`;

  function add(words: Words): string {
    if (words.from === 'list') return `__${name}_add ${words.words.map(shellQuoted).join(' ')}`;
    if (words.from === 'names') return `__${name}_names ${words.names}`;
    return words.from === 'files' ? `__${name}_files` : ':';
  }
}
