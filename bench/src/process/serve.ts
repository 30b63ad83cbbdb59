/** What a process can be asked for, by name. Arguments and answers are plain JSON. */
export interface Duties {
  readonly [name: string]: (argument: never) => unknown;
}

/** A question of the process that measures. */
export interface Question {
  readonly duty: string;
  readonly argument?: unknown;
}

/** The answer, or why there is none. */
export type Answer = { readonly value: unknown } | { readonly failure: string };

/** Answers the questions of the process that started this one, until it hangs up. */
export function serve(duties: Duties): void {
  process.on('message', (question: Question) => void answer(duties, question));
  process.once('disconnect', () => process.exit(0));
}

async function answer(duties: Duties, { duty, argument }: Question): Promise<void> {
  let reply: Answer;
  try {
    const run = duties[duty];
    if (!run) throw new Error(`this process has no duty ${duty}`);
    reply = { value: await run(argument as never) };
  } catch (error) {
    reply = { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(reply);
}
