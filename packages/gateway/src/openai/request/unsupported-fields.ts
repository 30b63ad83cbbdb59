/** A field of OpenAI's API that Sluice cannot carry to a provider. */
interface UnsupportedField {
  readonly name: string;
  /** Whether a value asks for nothing: what the API does anyway, so that leaving it out changes nothing. */
  readonly asksNothing: (value: unknown) => boolean;
  /** What to do instead, where there is something. */
  readonly instead?: string;
}

const never = (): boolean => false;
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

/** The rest of OpenAI's reference, beside what is carried. Whatever is in neither list is a field that nobody knows. */
export const unsupportedFields: readonly UnsupportedField[] = [
  { name: 'n', asksNothing: oneOf(1), instead: 'send the request several times' },
  { name: 'best_of', asksNothing: oneOf(1), instead: 'send the request several times' },
  { name: 'logprobs', asksNothing: oneOf(false) },
  { name: 'top_logprobs', asksNothing: oneOf(0) },
  { name: 'logit_bias', asksNothing: isEmpty },
  { name: 'store', asksNothing: oneOf(false) },
  { name: 'modalities', asksNothing: (value) => JSON.stringify(value) === '["text"]' },
  { name: 'audio', asksNothing: never },
  { name: 'prediction', asksNothing: never },
  { name: 'service_tier', asksNothing: oneOf('auto', 'default') },
  { name: 'parallel_tool_calls', asksNothing: oneOf(true) },
  { name: 'web_search_options', asksNothing: never },
  { name: 'verbosity', asksNothing: oneOf('medium') },
  { name: 'prompt_cache_key', asksNothing: never },
  { name: 'prompt_cache_retention', asksNothing: never },
  { name: 'moderation', asksNothing: never },
  { name: 'functions', asksNothing: never, instead: 'use tools' },
  { name: 'function_call', asksNothing: never, instead: 'use tool_choice' },
];

/** The fields of a body that ask for something that cannot be had. */
export function unsupportedIn(body: { readonly [field: string]: unknown }): readonly UnsupportedField[] {
  const found = unsupportedFields.filter(({ name, asksNothing }) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return value !== undefined && value !== null && !asksNothing(value);
  });
  const { stream_options: options } = body as {
    readonly stream_options?: { readonly include_obfuscation?: unknown };
  };
  return options?.include_obfuscation === true ? [...found, obfuscation] : found;
}

/** Padding against those who listen to the lengths of packets. */
const obfuscation: UnsupportedField = { name: 'stream_options.include_obfuscation', asksNothing: never };
