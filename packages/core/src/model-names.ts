import { ChatError } from './chat-error.ts';
import { closest } from './closest.ts';
import { bounded } from './redact.ts';

/** How much of an unknown name an error repeats, and how many known ones it lists. */
const longestName = 100;
const mostListed = 20;

/** How a provider names its models. */
export interface ModelNames {
  /** Used where a request names none. */
  readonly defaultModel?: string | undefined;
  /** Known ids; with `open: false` the only ones. */
  readonly models?: readonly string[] | undefined;
  /** Other names for known ids. */
  readonly aliases?: { readonly [alias: string]: string } | undefined;
  /** Whether unknown ids are passed on to the upstream (`true`) or refused here. */
  readonly open: boolean;
}

/** The id to send for a requested name. Throws `model-not-found` (with the nearest name) or, without any name, `invalid-request`. */
export function resolveModelName(requested: string | undefined, names: ModelNames, provider: string): string {
  if (requested === undefined || requested === '') {
    if (names.defaultModel !== undefined) return names.defaultModel;
    throw new ChatError('invalid-request', `model is missing: ${provider} has no default model`, {
      provider,
    });
  }
  const aliases = names.aliases ?? {};
  if (Object.hasOwn(aliases, requested)) return aliases[requested] as string;
  if (names.open || names.models?.includes(requested)) return requested;
  const known = [...(names.models ?? []), ...Object.keys(aliases)];
  const near = closest(requested, known);
  const model = bounded(requested, longestName);
  throw new ChatError(
    'model-not-found',
    `${provider} has no model ${JSON.stringify(model)}; ${near === undefined ? listOf(known) : `did you mean ${near}?`}`,
    { provider, model },
  );
}

/** Some services have hundreds. */
function listOf(known: readonly string[]): string {
  const more = known.length - mostListed;
  return `it has ${known.slice(0, mostListed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
