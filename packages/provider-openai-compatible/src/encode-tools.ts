import { ChatError, type ToolChoice, type ToolDefinition } from '@sluice/core';

/** The schema of a function without arguments: servers refuse a function that has none at all. */
const noParameters = { type: 'object', properties: {} };

/** Writes tools as functions. An empty list is left out: the wire refuses it. */
export function encodeTools(tools: readonly ToolDefinition[] | undefined): readonly object[] | undefined {
  if (tools === undefined || tools.length === 0) return undefined;
  return tools.map(({ name, description, parameters, strict }) => ({
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: parameters ?? noParameters,
      ...(strict === undefined ? {} : { strict }),
    },
  }));
}

/**
 * Writes the choice of a tool. Without tools it is left out, since the wire refuses it there; a choice that then cannot be
 * met throws `invalid-request`.
 */
export function encodeToolChoice(
  choice: ToolChoice | undefined,
  tools: readonly ToolDefinition[] | undefined,
): string | object | undefined {
  if (choice === undefined) return undefined;
  if (tools === undefined || tools.length === 0) {
    if (choice === 'auto' || choice === 'none') return undefined;
    throw new ChatError('invalid-request', 'toolChoice asks for a tool call, but tools is empty');
  }
  if (typeof choice === 'string') return choice;
  if (!tools.some(({ name }) => name === choice.name)) {
    throw new ChatError(
      'invalid-request',
      `toolChoice.name is ${JSON.stringify(choice.name)}, which is not among tools (${tools.map(({ name }) => name).join(', ')})`,
    );
  }
  return { type: 'function', function: { name: choice.name } };
}
