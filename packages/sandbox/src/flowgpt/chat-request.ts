/** A request of a FlowGPT client that has been checked. */
export interface FlowGptRequest {
  readonly model: string;
  readonly question: string;
  readonly history: readonly { readonly role: string; readonly content: string }[];
  readonly system: string;
}

/** A body that is not what FlowGPT takes. */
export class FlowGptRequestError extends Error {
  override readonly name = 'FlowGptRequestError';
}

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isString: Check = (value) => typeof value === 'string';
const isBoolean: Check = (value) => typeof value === 'boolean';
const isList: Check = (value) => Array.isArray(value);

const isTurn: Check = (value) => {
  const { role, content } = (value ?? {}) as Fields;
  return (role === 'user' || role === 'assistant') && typeof content === 'string';
};

/** Every field that the original client sends, and what it must be. */
const FIELDS: Readonly<Record<string, { readonly check: Check; readonly expected: string }>> = {
  model: { check: isString, expected: 'a string' },
  nsfw: { check: isBoolean, expected: 'a boolean' },
  question: {
    check: (value) => typeof value === 'string' && value !== '',
    expected: 'a string that is not empty',
  },
  history: {
    check: (value) => Array.isArray(value) && value.every(isTurn),
    expected: 'a list of turns, each with the role user or assistant and a string as content',
  },
  system: { check: isString, expected: 'a string' },
  temperature: {
    check: (value) => value === null || (typeof value === 'number' && value >= 0 && value <= 2),
    expected: 'a number from 0 to 2, or null',
  },
  promptId: { check: isString, expected: 'a string' },
  documentIds: { check: isList, expected: 'a list' },
  chatFileDocumentIds: { check: isList, expected: 'a list' },
  generateImage: { check: isBoolean, expected: 'a boolean' },
  generateAudio: { check: isBoolean, expected: 'a boolean' },
};

/**
 * Checks a request body.
 * @throws {FlowGptRequestError} Naming the field.
 */
export function readFlowGptRequest(text: string): FlowGptRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new FlowGptRequestError('the body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new FlowGptRequestError('the body is not an object');
  }
  const fields = body as Fields;
  for (const [name, { check, expected }] of Object.entries(FIELDS)) {
    if (!(name in fields)) throw new FlowGptRequestError(`${name} is missing`);
    if (!check(fields[name])) throw new FlowGptRequestError(`${name} must be ${expected}`);
  }
  return body as FlowGptRequest;
}
