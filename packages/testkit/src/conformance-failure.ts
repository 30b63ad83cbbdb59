/** A rule that a provider breaks. The message says what was done, what was expected and what came. */
export class ConformanceFailure extends Error {
  override readonly name: string = 'ConformanceFailure';
}

/** Throws unless it holds. */
export function must(holds: boolean, message: string | (() => string)): asserts holds {
  if (!holds) throw new ConformanceFailure(typeof message === 'string' ? message : message());
}

/** Throws unless both are the same as JSON. */
export function mustEqual(got: unknown, expected: unknown, what: string): void {
  const [came, wanted] = [JSON.stringify(got), JSON.stringify(expected)];
  if (came !== wanted)
    throw new ConformanceFailure(`${what}: expected ${shortened(wanted)}, got ${shortened(came)}`);
}

function shortened(text: string | undefined): string {
  const whole = text ?? 'nothing';
  return whole.length > 300 ? `${whole.slice(0, 300)}…` : whole;
}
