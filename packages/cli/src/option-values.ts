import { InvalidArgumentError } from 'commander';

/** Reads a number from `least` to `most`. */
export function numberFrom(least: number, most: number = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most && Number.isFinite(value)) return value;
    const upTo = most === Number.POSITIVE_INFINITY ? '' : ` to ${most}`;
    throw new InvalidArgumentError(`It must be a number from ${least}${upTo}.`);
  };
}

/** Reads a whole number from `least` to `most`; any that JavaScript can count, where they are left out. */
export function integerFrom(
  least: number = Number.MIN_SAFE_INTEGER,
  most: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    const from = least === Number.MIN_SAFE_INTEGER ? '' : ` from ${least}`;
    const to = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
    throw new InvalidArgumentError(`It must be a whole number${from}${to}.`);
  };
}

const unitMs: { readonly [unit: string]: number } = { ms: 1, s: 1_000, m: 60_000, '': 1_000 };

/** Reads a time such as `500ms`, `30s`, `2m`, or `30` for seconds; in milliseconds. */
export function durationMs(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim()) ?? [];
  const valueMs = Number(amount) * (unitMs[unit] as number);
  if (valueMs > 0) return valueMs;
  throw new InvalidArgumentError('It must be a time such as 30s, 500ms or 2m.');
}

/** Gathers an option that may be given several times. */
export function gathered(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, notEmpty(text)];
}

/** Reads a text that has to say something: `--model "$MODEL"` where nothing is set is a mistake. */
export function notEmpty(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}
