import type { Exchange } from '../exchange.ts';
import { ChatUiError, InternalError } from './chat-ui-error.ts';
import type { Era } from './eras.ts';
import { formText, parseForm } from './form-body.ts';

/** What a message post asks, in any era. */
export interface MessageRequest {
  /** Undefined only in a retry where messages are a tree. */
  readonly inputs: string | undefined;
  /** A and B: the id that the user's message gets. Later: the parent, or the message to retry. */
  readonly id: string | undefined;
  readonly responseId: string | undefined;
  readonly isRetry: boolean;
  /** A: the body goes on to the model server as it is. */
  readonly raw: Fields;
}

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InternalError('not JSON');
  }
  if (!isObject(value)) throw new InternalError('not a JSON object');
  return value;
}

/**
 * Reads a JSON body.
 * @throws {InternalError} When it is none: also without a content type, as the server then drops the body.
 */
export function readJsonBody(exchange: Exchange): Fields {
  if (exchange.headers['content-type'] === undefined) throw new InternalError('no content type');
  return jsonObject(exchange.body.toString('utf8'));
}

/** A check of one field; what is left out is always allowed. */
type Check = (value: unknown) => boolean;

const uuid: Check = (value) => typeof value === 'string' && UUID.test(value);
const boolean: Check = (value) => typeof value === 'boolean';
const strings: Check = (value) => Array.isArray(value) && value.every((entry) => typeof entry === 'string');
const object: Check = isObject;

const FLAT_CHECKS: Readonly<Record<string, Check>> = {
  id: uuid,
  response_id: uuid,
  is_retry: boolean,
  is_continue: boolean,
  web_search: boolean,
  files: strings,
  tools: object,
};

const FORM_CHECKS: Readonly<Record<string, Check>> = {
  id: uuid,
  is_retry: boolean,
  is_continue: boolean,
  web_search: boolean,
  generationId: uuid,
};

const OPTION_CHECKS: Readonly<Record<string, Check>> = {
  id: uuid,
  response_id: uuid,
  is_retry: boolean,
  // '' means none. No search is ever stored here, so that any other id is an unknown one.
  web_search_id: (value) => value === '',
};

function check(fields: Fields, checks: Readonly<Record<string, Check>>): void {
  for (const [name, fits] of Object.entries(checks)) {
    if (fields[name] !== undefined && !fits(fields[name])) throw new InternalError(`bad ${name}`);
  }
}

function checkedInputs(value: unknown, trim: boolean): string {
  const inputs = typeof value === 'string' && trim ? value.trim() : value;
  if (typeof inputs !== 'string' || inputs === '') throw new InternalError('bad inputs');
  return inputs;
}

function readForm(exchange: Exchange): Fields {
  const fields = parseForm(exchange.headers['content-type'] ?? '', exchange.body);
  if (fields === undefined) throw new InternalError('not a form');
  const data = formText(fields, 'data');
  if (data === undefined) throw new ChatUiError(400, 'Invalid request');
  return jsonObject(data);
}

/**
 * Reads a message post in the form that an era takes.
 * @throws {InternalError} For nearly every mistake: chat-ui answers 500 without a reason.
 * @throws {ChatUiError} 400 when the form has no `data`.
 */
export function readMessageRequest(exchange: Exchange, era: Era): MessageRequest {
  const raw = era.messageBody === 'form' ? readForm(exchange) : readJsonBody(exchange);
  if (era.messageBody === 'json-options' && !isObject(raw.options)) throw new InternalError('no options');
  const fields = era.messageBody === 'json-options' ? (raw.options as Fields) : raw;
  const checks = { 'json-options': OPTION_CHECKS, json: FLAT_CHECKS, form: FORM_CHECKS }[era.messageBody];
  check(fields, checks);
  const isRetry = fields.is_retry === true;
  const mayLackInputs = era.tree && isRetry && raw.inputs === undefined;
  return {
    inputs: mayLackInputs ? undefined : checkedInputs(raw.inputs, era.messageBody !== 'form'),
    id: fields.id as string | undefined,
    responseId: fields.response_id as string | undefined,
    isRetry,
    raw,
  };
}
