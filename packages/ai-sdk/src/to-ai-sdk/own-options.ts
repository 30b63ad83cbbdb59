import { InvalidArgumentError, type SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { ChatRequest } from '@sluice/core';

/**
 * What the AI SDK has no setting for, under the adapter's own key of `providerOptions` (`sluice`). Entries under other keys
 * reach the Sluice providers with those ids.
 */
export type SluiceCallOptions = {
  /** An opaque id of the end user; a registry's sticky routes go by it. */
  readonly user?: string;
  readonly metadata?: { readonly [key: string]: string };
  /** What the upstream calls its effort, where `reasoning` has no word for it; wins over `reasoning`. */
  readonly reasoningEffort?: string;
  /** Ask the upstream to hold the answer to the schema of `responseFormat` exactly. */
  readonly strictJsonSchema?: boolean;
};

const checks: {
  readonly [Name in keyof Required<SluiceCallOptions>]: readonly [
    is: (value: unknown) => boolean,
    what: string,
  ];
} = {
  user: [(value) => typeof value === 'string', 'a string'],
  metadata: [
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.values(value).every((each) => typeof each === 'string'),
    'an object of strings',
  ],
  reasoningEffort: [(value) => typeof value === 'string' && value !== '', 'a non-empty string'],
  strictJsonSchema: [(value) => typeof value === 'boolean', 'true or false'],
};

/** The adapter's own options, and those of Sluice providers. Throws an `InvalidArgumentError` for a key that it does not have. */
export function splitProviderOptions(
  options: SharedV4ProviderOptions | undefined,
  name: string,
): {
  readonly own: SluiceCallOptions;
  readonly others: NonNullable<ChatRequest['providerOptions']> | undefined;
} {
  const { [name]: own = {}, ...others } = options ?? {};
  for (const [key, value] of Object.entries(own)) {
    const [is, what] = Object.hasOwn(checks, key) ? checks[key as keyof typeof checks] : [];
    const argument = `providerOptions.${name}.${key}`;
    if (is === undefined) {
      const message = `${argument} is none of ${Object.keys(checks).join(', ')}; a field of one provider's wire goes under that provider's id`;
      throw new InvalidArgumentError({ argument, message });
    }
    if (value !== undefined && !is(value))
      throw new InvalidArgumentError({ argument, message: `${argument} must be ${what}` });
  }
  return { own: own as SluiceCallOptions, others: Object.keys(others).length > 0 ? others : undefined };
}
