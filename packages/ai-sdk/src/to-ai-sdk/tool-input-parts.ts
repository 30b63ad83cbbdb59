import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ToolCallDeltaEvent, ToolCallEvent } from '@sluice/core';

/** A tool call whose arguments are arriving. */
interface ToolInput {
  id: string | undefined;
  name: string | undefined;
  /** Arguments that came before the call had an id and a name: the AI SDK can't be told of it without both. */
  held: string;
  started: boolean;
}

/** Turns the fragments of tool calls into `tool-input-*` parts, and whole calls into `tool-call`. */
export interface ToolInputParts {
  delta(event: ToolCallDeltaEvent, into: LanguageModelV4StreamPart[]): void;
  whole(event: ToolCallEvent, into: LanguageModelV4StreamPart[]): void;
}

/** JSON of the arguments; a call without any is one with an empty object. */
export function inputOf(given: string): string {
  return given.trim() === '' ? '{}' : given;
}

export function createToolInputParts(): ToolInputParts {
  const inputs = new Map<number, ToolInput>();

  const start = (input: ToolInput, into: LanguageModelV4StreamPart[]): void => {
    const { id, name } = input;
    if (input.started || id === undefined || name === undefined) return;
    input.started = true;
    into.push({ type: 'tool-input-start', id, toolName: name });
    if (input.held !== '') into.push({ type: 'tool-input-delta', id, delta: input.held });
  };

  const ofCall = (id: string): readonly [index: number, input: ToolInput] | undefined => {
    const all = [...inputs];
    // An upstream that gives no ids has its calls numbered by the decoder, in their order.
    return all.find(([, input]) => input.id === id) ?? all.find(([, input]) => input.id === undefined);
  };

  return {
    delta({ index, id, name, argumentsDelta }, into) {
      const input = inputs.get(index) ?? { id: undefined, name: undefined, held: '', started: false };
      inputs.set(index, input);
      input.id ??= id;
      input.name ??= name;
      if (!input.started) {
        input.held += argumentsDelta;
        start(input, into);
      } else if (argumentsDelta !== '') {
        into.push({ type: 'tool-input-delta', id: input.id as string, delta: argumentsDelta });
      }
    },
    whole({ id, name, arguments: given }, into) {
      const [index, begun] = ofCall(id) ?? [];
      if (index !== undefined) inputs.delete(index);
      if (begun?.started !== true) {
        start({ id, name, held: given, started: false }, into);
      }
      into.push({ type: 'tool-input-end', id });
      into.push({ type: 'tool-call', toolCallId: id, toolName: name, input: inputOf(given) });
    },
  };
}
