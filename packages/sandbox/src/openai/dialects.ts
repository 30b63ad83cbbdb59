/** The servers that speak `/v1/chat/completions`. */
export type DialectName = 'openai' | 'vllm' | 'ollama' | 'llamacpp' | 'lmstudio';

/** The shapes that error bodies have. */
export type ErrorShape = 'openai' | 'vllm' | 'llamacpp';

/** How one server differs from the others: a row of data, no code. */
export interface Dialect {
  readonly models: readonly string[];
  readonly ownedBy: string;
  /** Fields that an entry of the model list has besides OpenAI's. */
  readonly modelFields: Readonly<Record<string, unknown>>;
  /** What is done with a model that is not in the list. */
  readonly unknownModel: 'refuse' | 'accept';
  readonly unknownModelMessage: (model: string) => string;
  /** What is done with a field of the request that nobody knows. */
  readonly unknownField: 'refuse' | 'ignore';
  readonly errorShape: ErrorShape;
  readonly reasoningField: 'reasoning_content' | 'reasoning';
  /** What `delta` of the role chunk has as content. */
  readonly roleContent: '' | null;
  /** Whether each delta repeats the role. */
  readonly roleInEveryDelta: boolean;
  /** Whether a tool call comes in fragments or whole. */
  readonly toolFragments: boolean;
  readonly systemFingerprint: string | null;
  /** Fields of the chunk that finishes, and of a whole answer. */
  readonly finishFields: (tokens: number) => Readonly<Record<string, unknown>>;
  /** Fields of the choice that finishes. */
  readonly finishChoiceFields: Readonly<Record<string, unknown>>;
  readonly contentType: string;
  readonly eventEnd: '\n\n' | '\r\n\r\n';
}

const OPENAI: Dialect = {
  models: ['sandbox', 'sandbox-mini', 'sandbox-reasoner', 'gpt-3.5-turbo'],
  ownedBy: 'sandbox',
  modelFields: {},
  unknownModel: 'refuse',
  unknownModelMessage: (model) => `The model \`${model}\` does not exist or you do not have access to it.`,
  unknownField: 'refuse',
  errorShape: 'openai',
  reasoningField: 'reasoning_content',
  roleContent: '',
  roleInEveryDelta: false,
  toolFragments: true,
  systemFingerprint: 'fp_sandbox',
  finishFields: () => ({}),
  finishChoiceFields: {},
  contentType: 'text/event-stream; charset=utf-8',
  eventEnd: '\n\n',
};

/** The differences, from the documentation and sources of the servers; not from running ones. */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  openai: OPENAI,
  vllm: {
    ...OPENAI,
    models: ['sandbox/vllm-8b', 'sandbox-reasoner'],
    ownedBy: 'vllm',
    modelFields: { root: 'sandbox/vllm-8b', parent: null, max_model_len: 8192, permission: [] },
    unknownModelMessage: (model) => `The model \`${model}\` does not exist.`,
    unknownField: 'ignore',
    errorShape: 'vllm',
    systemFingerprint: null,
    finishChoiceFields: { stop_reason: null },
  },
  ollama: {
    ...OPENAI,
    models: ['sandbox:latest', 'sandbox-reasoner:latest'],
    ownedBy: 'library',
    unknownModelMessage: (model) => `model "${model}" not found, try pulling it first`,
    unknownField: 'ignore',
    reasoningField: 'reasoning',
    roleInEveryDelta: true,
    toolFragments: false,
    systemFingerprint: 'fp_ollama',
    contentType: 'text/event-stream',
  },
  llamacpp: {
    ...OPENAI,
    models: ['sandbox.gguf'],
    ownedBy: 'llamacpp',
    modelFields: { meta: { n_ctx_train: 8192, n_params: 8_030_261_312 } },
    unknownModel: 'accept',
    unknownField: 'ignore',
    errorShape: 'llamacpp',
    roleContent: null,
    systemFingerprint: 'b6000-sandbox',
    finishFields: (tokens) => ({
      timings: {
        prompt_n: 1,
        prompt_ms: 1,
        predicted_n: tokens,
        predicted_ms: tokens,
        predicted_per_second: 1000,
      },
    }),
    contentType: 'text/event-stream',
  },
  lmstudio: {
    ...OPENAI,
    models: ['sandbox-8b', 'sandbox-reasoner'],
    ownedBy: 'organization_owner',
    unknownModelMessage: (model) => `Model "${model}" not found. Please specify a valid model.`,
    unknownField: 'ignore',
    systemFingerprint: 'sandbox-8b',
    contentType: 'text/event-stream',
  },
};
