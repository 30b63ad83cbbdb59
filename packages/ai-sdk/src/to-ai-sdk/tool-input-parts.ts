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
      // One that came without an id was never told of: the decoder has given it this one, and all of it is here.
      const begun = [...inputs.values()].some((input) => input.started && input.id === id);
      if (!begun) start({ id, name, held: given, started: false }, into);
      into.push({ type: 'tool-input-end', id });
      into.push({ type: 'tool-call', toolCallId: id, toolName: name, input: inputOf(given) });
    },
  };
}
