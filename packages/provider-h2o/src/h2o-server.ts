/** H2O's own server, which is closed: its address and its models, which is what this package falls back on. */
export const defaultBaseURL = 'https://gpt-gm.h2o.ai';

const falcon40b = 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-40b-v1';
const falcon7b = 'h2oai/h2ogpt-gm-oasst1-en-2048-falcon-7b-v3';
const llama13b = 'h2oai/h2ogpt-gm-oasst1-en-2048-open-llama-13b';

export const defaultModel: string = falcon40b;

export const knownModels: readonly string[] = [falcon40b, falcon7b, llama13b];

/** The names under which the first client knew them. */
export const modelAliases: { readonly [alias: string]: string } = {
  'falcon-40b': falcon40b,
  'falcon-7b': falcon7b,
  'llama-13b': llama13b,
};
