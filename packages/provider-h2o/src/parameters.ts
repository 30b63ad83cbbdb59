import { ChatError, type ChatRequest, closest, type JsonSchema, stopsOf } from '@sluice/core';

/**
 * Generation parameters of text-generation-inference, as a chat-ui server of era A passes them on. In later eras the server's
 * own configuration decides, and these have no effect.
 */
export interface H2oParameters {
  /** Above 0. Default 0.4. */
  readonly temperature?: number;
  /** Tokens of the prompt that are kept, counted from its end. Default 2048. */
  readonly truncate?: number;
  /** The longest answer, in tokens. Default 1024. */
  readonly max_new_tokens?: number;
  /** Sample instead of taking the likeliest token. Default true. */
  readonly do_sample?: boolean;
  /** 1 is none. Default 1.2. */
  readonly repetition_penalty?: number;
  /** Have the prompt in the final text as well. Default false. */
  readonly return_full_text?: boolean;
  /** Between 0 and 1, both excluded. */
  readonly top_p?: number;
  /** Above 0. */
  readonly top_k?: number;
  /** Between 0 and 1, both excluded. */
  readonly typical_p?: number;
  readonly seed?: number;
  /** The server is told the first four; all are applied on this side, in every era. Those of a request win over the provider's. */
  readonly stop?: readonly string[];
  /** Mark the text as made by a machine. */
  readonly watermark?: boolean;
  /** Have the reason of the end and the number of tokens reported. */
  readonly details?: boolean;
}

interface Kind {
  readonly is: (value: unknown) => boolean;
  /** What was expected, for messages. */
  readonly named: string;
  /** The same as JSON Schema. */
  readonly schema: JsonSchema;
}

const number: Kind = {
  is: (value) => typeof value === 'number' && Number.isFinite(value),
  named: 'a number',
  schema: { type: 'number' },
};
const whole: Kind = { is: Number.isSafeInteger, named: 'a whole number', schema: { type: 'integer' } };
const flag: Kind = {
  is: (value) => typeof value === 'boolean',
  named: 'true or false',
  schema: { type: 'boolean' },
};
const texts: Kind = {
  is: (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string' && entry !== ''),
  named: 'an array of non-empty strings',
  schema: { type: 'array', items: { type: 'string', minLength: 1 } },
};

/** The parameters that may be sent. What is not here stays here: keys and timeouts have no business on this wire. */
const kinds: { readonly [Name in keyof Required<H2oParameters>]: Kind } = {
  temperature: number,
  truncate: whole,
  max_new_tokens: whole,
  do_sample: flag,
  repetition_penalty: number,
  return_full_text: flag,
  top_p: number,
  top_k: whole,
  typical_p: number,
  seed: whole,
  stop: texts,
  watermark: flag,
  details: flag,
};

/** The parameters as JSON Schema. */
export const parameterSchemas: { readonly [name: string]: JsonSchema } = Object.fromEntries(
  Object.entries(kinds).map(([name, { schema }]) => [name, schema]),
);

/** What the original clients sent where nothing else was said. */
export const defaultParameters: H2oParameters = {
  temperature: 0.4,
  truncate: 2048,
  max_new_tokens: 1024,
  do_sample: true,
  repetition_penalty: 1.2,
  return_full_text: false,
};

/** text-generation-inference takes no more stop sequences than this by default, and refuses a request that has more. */
const mostStops = 4;

/** Request fields and the parameter that each becomes. */
const fromRequest: readonly (readonly [field: SamplingField, name: keyof H2oParameters])[] = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
  ['maxOutputTokens', 'max_new_tokens'],
  ['seed', 'seed'],
];

/** The request fields that become parameters. */
type SamplingField = 'temperature' | 'topP' | 'topK' | 'maxOutputTokens' | 'seed';

/** What of a request is meant for the model server alone: the fields that become parameters, and the provider's own options. */
export function samplingFieldsOf(request: ChatRequest, provider: string): readonly string[] {
  const fields = fromRequest.flatMap(([field]) => (request[field] === undefined ? [] : [field]));
  // Stop sequences work everywhere.
  const own = Object.keys(request.providerOptions?.[provider] ?? {}).filter((name) => name !== 'stop');
  return own.length > 0 ? [...fields, `providerOptions.${provider}`] : fields;
}

/**
 * Values that mean "without": the model server refuses them as out of range, so the field is left out (and for a temperature
 * of 0, the likeliest token is taken each time).
 */
const neutral: { readonly [Field in SamplingField]?: number } = { temperature: 0, topP: 1, topK: 0 };

/**
 * Checks parameters that a caller names on this wire's own terms. `where` begins the message. Throws `invalid-request` for an
 * unknown name (with the nearest known one) or a value of the wrong type; the value itself is not repeated.
 */
export function checkParameters(parameters: { readonly [key: string]: unknown }, where: string): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!Object.hasOwn(kinds, name)) {
      const near = closest(name, Object.keys(kinds));
      const hint =
        near === undefined ? `there are ${Object.keys(kinds).join(', ')}` : `did you mean ${near}?`;
      throw new ChatError('invalid-request', `${where}.${name} is not a parameter of this wire; ${hint}`);
    }
    const { is, named } = kinds[name as keyof H2oParameters];
    if (value !== undefined && !is(value)) {
      throw new ChatError('invalid-request', `${where}.${name} must be ${named}, got ${kindOf(value)}`);
    }
  }
}

/** Where an answer stops: both ways of a request to say it count, else what the provider has. */
export function stopSequences(
  request: ChatRequest,
  configured: H2oParameters,
  own: H2oParameters,
): readonly string[] {
  const asked = [...stopsOf(request), ...(own.stop ?? [])];
  return asked.length > 0 ? [...new Set(asked)] : (configured.stop ?? []);
}

/** The parameters of a call: the defaults, then the provider's, the request's fields, and last its own `providerOptions`. */
export function parametersOf(
  request: ChatRequest,
  configured: H2oParameters,
  own: H2oParameters,
): H2oParameters {
  const asked: { [name: string]: unknown } = {};
  for (const [field, name] of fromRequest) {
    const value = request[field];
    if (value !== undefined) asked[name] = value === neutral[field] ? undefined : value;
  }
  if (request.temperature === 0) asked.do_sample = false;
  const stops = stopSequences(request, configured, own).slice(0, mostStops);
  // A name that is set to undefined takes the default away: JSON leaves it out.
  const parameters = { ...defaultParameters, ...configured, ...asked, ...own };
  return stops.length > 0 ? { ...parameters, stop: stops } : parameters;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : typeof value;
}
