/** The command line, or a file that it names, is wrong. Its message is one sentence that says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
