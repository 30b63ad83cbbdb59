import { ChatError, type ChatEvent } from '@sluice/core';
import { JsonProgress } from './json-progress.ts';
import { isObject, type JsonObject } from './json-value.ts';

/** The longest that all calls of an answer may be together, in UTF-16 units, and what each counts beside its arguments. */
const longestCalls = 16 * 1024 * 1024;
const callUnits = 256;

/** A call while it is being put together. */
interface OpenCall {
  /** Its place in the answer; also its index in our events, whatever index the server gave it. */
  readonly at: number;
  id: string | undefined;
  name: string | undefined;
  readonly arguments: JsonProgress;
}

/** One fragment, as far as it is well-formed. */
interface Fragment {
  readonly index: number | undefined;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly arguments: string;
}

/**
 * Puts tool calls together from their fragments. OpenAI sends id and name once and arguments in pieces, told apart by
 * `index`. Other servers repeat id and name, invent a new id for each piece (vLLM before 0.9), send whole calls in one
 * fragment, leave `index` out (Gemini, SGLang), or call every one of several whole calls number 0 (Ollama, Dynamo).
 */
export class ToolCallAssembler {
  readonly #provider: string;
  readonly #calls: OpenCall[] = [];
  readonly #byIndex = new Map<number, OpenCall>();
  /** The first call of each id: an answer may have thousands. */
  readonly #byId = new Map<string, OpenCall>();
  #units = 0;

  constructor(provider: string) {
    this.#provider = provider;
  }

  /** Whether any call has begun. */
  get begun(): boolean {
    return this.#calls.length > 0;
  }

  /**
   * Takes the `tool_calls` of one delta, and appends a `tool-call-delta` for each fragment. Throws `invalid-response` where
   * they become too long: a call is kept until it is whole.
   */
  push(fragments: unknown, into: ChatEvent[]): void {
    if (!Array.isArray(fragments)) return;
    for (const fragment of fragments as readonly unknown[]) {
      if (isObject(fragment)) this.#add(readFragment(fragment), into);
    }
  }

  /**
   * Appends a `tool-call` for each call, in order. A call without arguments gets `{}`, one without an id an id made of
   * `answerId`. Throws `invalid-response` for a call without a name: nobody could carry it out.
   */
  end(answerId: string | undefined, into: ChatEvent[]): void {
    for (const {
      at,
      id,
      name,
      arguments: { text },
    } of this.#calls) {
      if (name === undefined) {
        throw new ChatError('invalid-response', `${this.#provider} sent a tool call without a name`, {
          sent: 'yes',
        });
      }
      into.push({
        type: 'tool-call',
        id: id ?? `call_${answerId ?? this.#provider}_${at}`,
        name,
        arguments: text === '' ? '{}' : text,
      });
    }
  }

  #add(fragment: Fragment, into: ChatEvent[]): void {
    const call = this.#callOf(fragment);
    const newId = call.id === undefined && fragment.id !== undefined;
    const newName = call.name === undefined && fragment.name !== undefined;
    if (newId) this.#identify(call, fragment.id as string);
    if (newName) call.name = fragment.name;
    call.arguments.push(fragment.arguments);
    this.#count(fragment.arguments.length);
    into.push({
      type: 'tool-call-delta',
      index: call.at,
      ...(newId ? { id: fragment.id as string } : {}),
      ...(newName ? { name: fragment.name as string } : {}),
      argumentsDelta: fragment.arguments,
    });
  }

  #callOf(fragment: Fragment): OpenCall {
    const { index, id, name } = fragment;
    const last = this.#calls.at(-1);
    if (index === undefined) {
      const known = id === undefined ? last : this.#byId.get(id);
      return known && !beginsAnother(known, fragment) ? known : this.#begin();
    }
    const known = this.#byIndex.get(index);
    // An index of its own, but neither id nor name: a piece of the last call under a wrong number (Cerebras, Nebius).
    if (!known && last && id === undefined && name === undefined) return last;
    return known && !beginsAnother(known, fragment) ? known : this.#begin(index);
  }

  #identify(call: OpenCall, id: string): void {
    call.id = id;
    if (!this.#byId.has(id)) this.#byId.set(id, call);
  }

  #count(units: number): void {
    this.#units += units;
    if (this.#units <= longestCalls) return;
    throw new ChatError(
      'invalid-response',
      `${this.#provider} sent tool calls of more than ${longestCalls} characters`,
      {
        sent: 'yes',
      },
    );
  }

  #begin(index?: number): OpenCall {
    const call: OpenCall = {
      at: this.#calls.length,
      id: undefined,
      name: undefined,
      arguments: new JsonProgress(),
    };
    this.#calls.push(call);
    this.#count(callUnits);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }
}

/** Whether a fragment that seems to belong to a call is the beginning of the next one. */
function beginsAnother(call: OpenCall, { id, name, arguments: text }: Fragment): boolean {
  if (call.name === undefined || name === undefined) return false;
  if (id !== undefined && id === call.id) return false;
  // A name is repeated only by servers that repeat it in each piece; it then is the same, and the arguments are unfinished.
  if (call.arguments.text === '') return name !== call.name;
  return (id !== undefined || text !== '') && call.arguments.isWhole;
}

function readFragment(fragment: JsonObject): Fragment {
  const called = isObject(fragment.function) ? fragment.function : {};
  return {
    index: typeof fragment.index === 'number' ? fragment.index : undefined,
    id: nonEmpty(fragment.id),
    name: nonEmpty(called.name),
    arguments: argumentsText(called.arguments),
  };
}

/** Arguments are JSON text; some servers send the object itself. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return '';
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ChatError('invalid-response', 'the arguments of a tool call are nested too deep', {
      sent: 'yes',
      cause,
    });
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
