import type { CompletedOption, CompletedProgram, Words } from './describe-program.ts';

/** The script for fish. */
export function fishScript({ name, options, commands }: CompletedProgram): string {
  const names = commands.map((command) => command.name).join(' ');
  const none = `not __fish_seen_subcommand_from ${names}`;
  return `${[
    `# fish completion for ${name}`,
    `complete -c ${name} -f`,
    ...commands.map(({ name: command, description }) => line(none, `-a ${command}`, description)),
    ...options.map((option) => optionLine(none, option)),
    ...commands.flatMap((command) => {
      const seen = `__fish_seen_subcommand_from ${command.name}`;
      return [
        ...(command.argument.from === 'nowhere' ? [] : [line(seen, values(command.argument))]),
        ...command.options.map((option) => optionLine(seen, option)),
      ];
    }),
  ].join('\n')}\n`;

  function optionLine(condition: string, { flags, description, value }: CompletedOption): string {
    const forms = flags.map((flag) =>
      flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
    );
    const takes = value === undefined ? [] : ['-r', values(value)];
    return line(condition, [...forms, ...takes].join(' '), description);
  }

  function values(words: Words): string {
    if (words.from === 'list') return `-f -a ${quoted(words.words.join(' '))}`;
    if (words.from === 'names')
      return `-f -a ${quoted(`(command ${name} completion-names ${words.names} 2>/dev/null)`)}`;
    return words.from === 'files' ? '-F' : '-f';
  }

  function line(condition: string, what: string, description = ''): string {
    const told = description === '' ? '' : ` -d ${quoted(description)}`;
    return `complete -c ${name} -n ${quoted(condition)} ${what}${told}`;
  }
}

/** In single quotes fish reads only \\ and \' as something else. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
