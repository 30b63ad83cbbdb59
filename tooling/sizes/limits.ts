/** What a package may weigh. */
export interface SizeLimit {
  /** Its own JavaScript that one of its entries loads, minified, in bytes. */
  readonly scriptBytes: number;
  /** Why it may be more than the rest. */
  readonly because?: string;
}

const kB = 1000;

/** What an import of a package may load of the package's own. What is published is readable, and longer. */
const common: SizeLimit = { scriptBytes: 60 * kB };

/** Packages that weigh more, and why. */
const exceptions: Readonly<Record<string, SizeLimit>> = {
  registry: {
    scriptBytes: 90 * kB,
    because:
      'health, limits, strategies and reasons are what it is for; the simulator runs all of it and loads apart',
  },
  cli: { scriptBytes: 120 * kB, because: 'a command, which nobody bundles or imports' },
  sandbox: { scriptBytes: 100 * kB, because: 'thirteen servers and their faults: for development alone' },
  testkit: { scriptBytes: 120 * kB, because: 'a hundred and twenty checks: for development alone' },
};

/** Core and one provider, with everything that they install, in bytes on disk. */
export const mostInstalledBytes: number = 4 * kB * kB;

/** The limit of a package, by the name of its folder. */
export function limitOf(room: string): SizeLimit {
  return exceptions[room] ?? common;
}
