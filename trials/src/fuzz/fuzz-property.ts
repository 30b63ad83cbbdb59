import fc from 'fast-check';

/** How a property is tried. */
export interface FuzzRun {
  readonly seed: number;
  /** No new round of cases begins after this long, in milliseconds. Default: one round. */
  readonly timeLimitMs?: number;
  /** Goes straight to one case: what a failure printed. */
  readonly path?: string;
}

/** What became of it. */
export interface FuzzOutcome {
  readonly cases: number;
  readonly failure?: FuzzFailure;
}

/** A case that breaks the property, made as small as fast-check could. */
export interface FuzzFailure {
  readonly seed: number;
  /** The case as it was drawn: run again with it, it is made small again. */
  readonly path: string;
  readonly counterexample: string;
  readonly error: string;
}

/** Something that has to hold for every case that can be drawn. */
export interface FuzzProperty {
  readonly name: string;
  /** Cases in a round. The unit suite tries one round. */
  readonly shortRuns: number;
  check(run: FuzzRun): Promise<FuzzOutcome>;
}

/** Properties on one subject, with what they need to be open. */
export interface OpenArea extends AsyncDisposable {
  readonly properties: readonly FuzzProperty[];
}

const longestPrinted = 6_000;

/** Makes a property of fast-check one that can be run by name, seed and path. `endOnFailure`: a failing case is not made smaller. */
export function fuzzProperty<Case>(
  name: string,
  shortRuns: number,
  property: fc.IRawProperty<Case>,
  endOnFailure: boolean = false,
): FuzzProperty {
  const checkOnce = async (seed: number, numRuns: number, path?: string): Promise<FuzzOutcome> => {
    const details = await fc.check(property, {
      seed,
      numRuns,
      endOnFailure,
      ...(path === undefined ? {} : { path }),
    });
    if (!details.failed) return { cases: details.numRuns };
    return {
      cases: details.numRuns,
      failure: {
        seed: details.seed,
        path: details.counterexamplePath?.split(':')[0] ?? '0',
        counterexample: bounded(fc.stringify(details.counterexample)),
        error: bounded(errorText(details.errorInstance)),
      },
    };
  };
  return {
    name,
    shortRuns,
    async check({ seed, timeLimitMs, path }) {
      if (path !== undefined) return checkOnce(seed, 1, path);
      // In rounds, each with a seed of its own: a time limit of fast-check would leave a case behind that still runs.
      const untilMs = performance.now() + (timeLimitMs ?? 0);
      let cases = 0;
      for (let round = 0; ; round += 1) {
        const outcome = await checkOnce((seed + round) | 0, shortRuns);
        cases += outcome.cases;
        if (outcome.failure || performance.now() >= untilMs) return { ...outcome, cases };
      }
    },
  };
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function bounded(text: string): string {
  return text.length > longestPrinted
    ? `${text.slice(0, longestPrinted)} … (${text.length} characters)`
    : text;
}
