/** What can be wrong with an application's providers. */
export type DiagnosticCode =
  /** There is no package.json at or above the place to look from, or it can't be read. */
  | 'no-application'
  /** A dependency that should be a provider is not installed. */
  | 'not-installed'
  /** A dependency's package.json can't be read. */
  | 'unreadable-package'
  /** A package that should be a provider has no manifest. */
  | 'no-manifest'
  | 'bad-manifest'
  /** The manifest is of a later version of the contract than this registry speaks. */
  | 'newer-api'
  /** The manifest's `entry` leads nowhere, or out of the package. */
  | 'bad-entry'
  /** Two trusted packages have the same provider id. */
  | 'duplicate-id'
  /** `allow` names something that is no dependency. */
  | 'unknown-allow'
  /** A package that is not trusted was to be loaded. */
  | 'not-allowed'
  | 'bad-options'
  /** Importing the package's code failed. */
  | 'import-failed'
  /** The package's code has no export as its manifest names it. */
  | 'no-factory'
  | 'factory-failed'
  /** The factory gave something else than the provider of its manifest. */
  | 'not-a-provider';

/** Something to mend, in a form for people and for programs. */
export interface DiscoveryDiagnostic {
  /** `error`: a provider can't be used. `warning`: everything that was asked for works. */
  readonly severity: 'error' | 'warning';
  readonly code: DiagnosticCode;
  /** The dependency that it is about. */
  readonly packageName?: string;
  /** The file or folder to look at. */
  readonly path?: string;
  /** What is wrong, where, and what to do: one line. */
  readonly message: string;
}

/** A provider could not be loaded. `diagnostic` has the parts of its message. */
export class DiscoveryError extends Error {
  override readonly name: string = 'DiscoveryError';
  readonly diagnostic: DiscoveryDiagnostic;

  constructor(diagnostic: DiscoveryDiagnostic, cause?: unknown) {
    super(diagnostic.message, cause === undefined ? undefined : { cause });
    this.diagnostic = diagnostic;
  }
}
