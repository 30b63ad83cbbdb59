import type { ReferenceParts } from '../reference-provider.fixture.ts';

/** A provider that breaks a rule on purpose. */
export interface Mutation {
  /** What it does wrong. */
  readonly wrong: string;
  /** Its parts, made anew for each provider, so that one may keep something between its calls. */
  readonly parts: () => ReferenceParts;
  /** The checks that must fail, and no other. */
  readonly fails: readonly string[];
  /** What the message of the first of them must say. */
  readonly says: RegExp;
}
