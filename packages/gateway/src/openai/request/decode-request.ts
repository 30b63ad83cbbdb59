import { closest, type WarningEvent } from '@sluice/core';
import type { RequestRules } from '../../chat/client-wire.ts';
import { Refusal } from '../../chat/refusal.ts';
import { type Problem, pathText, problemsOf } from '../../config/issues.ts';
import { mostUnknownFields } from './list-schema.ts';
import { ignoredHistory } from './message-schema.ts';
import { plainRequest } from './plain-request.ts';
import { requestSchema, type WireRequest } from './request-schema.ts';
import { unsupportedIn } from './unsupported-fields.ts';

/** A body, read, and what of it will have no effect. */
export interface DecodedRequest extends WireRequest {
  readonly warnings: readonly WarningEvent[];
}

type Body = { readonly [field: string]: unknown };

/** The most objects and arrays within each other. Schemas of tools have a dozen; at some thousands, writing them as JSON fails. */
const deepestNesting = 128;

/** The most fields of one object. Schemas have hundreds; what is said of those that nobody knows has to be kept for a moment. */
const mostFields = 10_000;

/**
 * Reads the body of `POST /v1/chat/completions`. What it asks for and Sluice does not have (fields of OpenAI's that no
 * provider can be given, and fields that nobody knows) is refused or becomes a warning. Throws a `Refusal` that names the
 * field, and never repeats its value.
 */
export function decodeRequest(body: unknown, rules: RequestRules): DecodedRequest {
  if (!isObject(body)) throw new Refusal('bad-parameter', 'the body must be a JSON object with messages');
  const plain = plainRequest(body);
  if (plain) return { ...plain, warnings: [] };
  checkSize(body, deepestNesting);
  const warnings: WarningEvent[] = [];
  const refuseOrWarn = (param: string, message: string): void => {
    if (rules.unsupportedParameters === 'refuse')
      throw new Refusal('unsupported-parameter', message, { param });
    warnings.push({ type: 'warning', code: 'unsupported-parameter', feature: param, message });
  };
  for (const { name, instead } of unsupportedIn(body)) {
    refuseOrWarn(name, `${name} is not supported here${instead === undefined ? '' : `: ${instead}`}`);
  }
  let result = requestSchema.safeParse(body);
  if (!result.success) {
    const problems = problemsOf(result.error.issues, body);
    const wrong = problems.find(({ isUnknownKey }) => !isUnknownKey);
    if (wrong) throw refusalOf(wrong);
    if (problems.length > mostUnknownFields && rules.unsupportedParameters === 'warn')
      throw new Refusal(
        'bad-parameter',
        `the body has more than ${mostUnknownFields} fields that nobody knows`,
      );
    for (const { path } of problems) refuseOrWarn(pathText(path), unknownField(path));
    result = requestSchema.safeParse(without(body, problems));
    if (!result.success) {
      const [left] = problemsOf(result.error.issues, body);
      throw left ? refusalOf(left) : new Refusal('bad-parameter', 'the body cannot be read');
    }
  }
  checkStops(result.data.request.stop, rules);
  for (const field of ignoredHistory(body.messages as readonly unknown[])) {
    const message = `${field} of earlier answers goes to no provider`;
    warnings.push({ type: 'warning', code: 'ignored-content', feature: field, message });
  }
  return { ...result.data, warnings };
}

/** A provider that has no stop sequences of its own has them looked for here, in every piece of text: their number is its cost. */
function checkStops(
  stop: string | readonly string[] | undefined,
  { maxStopSequences, maxStopCharacters }: RequestRules,
): void {
  if (stop === undefined) return;
  const stops = typeof stop === 'string' ? [stop] : stop;
  if (stops.length > maxStopSequences) {
    const message = `stop must have at most ${maxStopSequences} sequences, this has ${stops.length}`;
    throw new Refusal('bad-parameter', message, { param: 'stop' });
  }
  const long = stops.findIndex((each) => each.length > maxStopCharacters);
  if (long < 0) return;
  const param = typeof stop === 'string' ? 'stop' : `stop[${long}]`;
  throw new Refusal('bad-parameter', `${param} must have at most ${maxStopCharacters} characters`, { param });
}

function refusalOf({ path, message }: Problem): Refusal {
  const param = pathText(path);
  return new Refusal('bad-parameter', `${param === '' ? 'the body' : param} ${message}`, { param });
}

const names = Object.freeze([
  'model',
  'messages',
  'temperature',
  'max_tokens',
  'max_completion_tokens',
  'stream',
  'stream_options',
  'response_format',
  'tool_choice',
  'tools',
  'stop',
  'reasoning_effort',
]);

function unknownField(path: readonly PropertyKey[]): string {
  const text = pathText(path);
  const near = path.length === 1 ? closest(String(path[0]), names) : undefined;
  return `${text} is not a field of the request${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** A copy of the body without what nobody knows. Only bodies that have such a field pay for it. */
function without(body: Body, problems: readonly Problem[]): unknown {
  const copy: unknown = structuredClone(body);
  for (const { path } of problems) {
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((value, key) => (value as { readonly [key: PropertyKey]: unknown })[key], copy);
    delete (parent as { [key: PropertyKey]: unknown })[path.at(-1) as PropertyKey];
  }
  return copy;
}

/** What reading a body takes must not depend on how it is made. */
function checkSize(value: unknown, levels: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (levels === 0)
    throw new Refusal(
      'bad-parameter',
      `the body must have at most ${deepestNesting} levels of objects and arrays`,
    );
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (inner !== value && inner.length > mostFields)
    throw new Refusal('bad-parameter', `an object of the body must have at most ${mostFields} fields`);
  for (const each of inner) checkSize(each, levels - 1);
}

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
