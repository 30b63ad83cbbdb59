/** Packages whose code may run without being named: ours, which nobody else can publish. */
const ours = '@sluice/provider-*';

/** Who may be loaded. */
export interface Trust {
  /** Whether the code of a package may run. */
  trusts(packageName: string): boolean;
  /** Whether a package is meant to be a provider: it is one of ours, or `allow` names it and not only its scope. */
  expects(packageName: string): boolean;
  /** The names in `allow` that are no patterns. */
  readonly names: readonly string[];
}

/** A whole name, with or without a scope. */
const exactName = /^(?:@[^/*\s]+\/)?[^@/*\s][^/*\s]*$/;

/** A scope, or the beginning of names in one: `@acme/*`, `@acme/provider-*`. Without a scope a beginning is anybody's to take. */
const namesInScope = /^@[^/*\s]+\/[^/*\s]*\*$/;

/**
 * What `allow` and the house rule make of package names. Trust goes by the name under which the application depends on a
 * package: what a package calls itself is no proof. Throws a `TypeError` for an entry that is neither a name nor a pattern.
 */
export function trustOf(allow: readonly string[] = []): Trust {
  const names: string[] = [];
  const beginnings: string[] = [ours.slice(0, -1)];
  for (const [index, entry] of allow.entries()) {
    const problem = allowProblem(entry);
    if (problem !== undefined) throw new TypeError(`allow[${index}] ${problem}`);
    if (namesInScope.test(entry)) beginnings.push(entry.slice(0, -1));
    else names.push(entry);
  }
  const expected = new Set(names);
  const [own] = beginnings as [string];
  return {
    trusts: (name) => expected.has(name) || beginnings.some((beginning) => name.startsWith(beginning)),
    expects: (name) => expected.has(name) || name.startsWith(own),
    names,
  };
}

/** What is wrong with an entry of `allow`, if anything. */
export function allowProblem(entry: unknown): string | undefined {
  if (typeof entry === 'string' && (exactName.test(entry) || namesInScope.test(entry))) return undefined;
  return `must be a package name or names of one scope, such as "sluice-provider-echo" or "@acme/*"`;
}
