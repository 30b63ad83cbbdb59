import type { Io } from '../terminal/io.ts';

/** The person at the terminal does not want to go on: Ctrl-C, Escape, Ctrl-D, or a signal. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** One of several things to choose from. */
export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

/** Asks the person at the terminal. Every question throws `Cancelled`. */
export interface Questions {
  yes(message: string): Promise<boolean>;
  /** Answers nothing where nothing was typed. */
  text(
    message: string,
    placeholder: string,
    problem: (text: string) => string | undefined,
  ): Promise<string | undefined>;
  one<Value extends string>(message: string, choices: readonly Choice<Value>[], first: Value): Promise<Value>;
  some<Value extends string>(
    message: string,
    choices: readonly Choice<Value>[],
    chosen: readonly Value[],
  ): Promise<readonly Value[]>;
}

/** Questions at the terminal of a command. The signal ends the one that is being asked. */
export async function questionsAt(
  { stdin, stdout }: Pick<Io, 'stdin' | 'stdout'>,
  signal: AbortSignal,
): Promise<Questions> {
  // Loading it takes 70 ms, which nobody but who is asked has to wait for.
  const { confirm, isCancel, multiselect, select, text } = await import('@clack/prompts');
  const answered = <Answer>(answer: Answer): Exclude<Answer, symbol> => {
    if (isCancel(answer)) throw new Cancelled();
    return answer as Exclude<Answer, symbol>;
  };
  const common = {
    // The library's types ask for streams of Node, which these are.
    input: stdin as NodeJS.ReadStream,
    output: stdout as NodeJS.WriteStream,
    signal,
  };
  return {
    yes: async (message) => answered(await confirm({ ...common, message, initialValue: true })),
    async text(message, placeholder, problem) {
      const given = answered(
        await text({
          ...common,
          message,
          placeholder,
          validate: (typed = '') => (typed.trim() === '' ? undefined : problem(typed.trim())),
        }),
      );
      return (given ?? '').trim() || undefined;
    },
    async one(message, choices, first) {
      const options = [...choices];
      const value = answered(await select<string>({ ...common, message, options, initialValue: first }));
      return choices.find((choice) => choice.value === value)?.value ?? first;
    },
    async some(message, choices, chosen) {
      const values = answered(
        await multiselect<string>({
          ...common,
          message: `${message} (space chooses, Enter goes on)`,
          options: [...choices],
          initialValues: [...chosen],
          required: false,
          showInstructions: false,
        }),
      );
      return choices.flatMap(({ value }) => (values.includes(value) ? [value] : []));
    },
  };
}
