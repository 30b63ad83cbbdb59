import { ApiError } from './api-error.ts';

/** A function that the model may call. */
export interface ToolDefinition {
  readonly name: string;
  /** JSON Schema of the arguments. */
  readonly parameters: unknown;
}

/** What the caller asked of the model: may it, must it, and which one. */
export type ToolChoice = 'none' | 'auto' | 'required' | { readonly name: string };

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/**
 * Checks the tool definitions.
 * @throws {ApiError} 400.
 */
export function checkTools(tools: unknown): readonly ToolDefinition[] {
  if (tools === undefined) return [];
  if (!Array.isArray(tools) || tools.length === 0) {
    throw new ApiError(400, "Invalid 'tools': expected an array with at least one tool.", {
      param: 'tools',
      code: 'empty_array',
    });
  }
  return tools.map((tool: unknown, index) => {
    const at = `tools[${index}]`;
    if (fields(tool).type !== 'function') {
      throw new ApiError(
        400,
        `Invalid value: '${String(fields(tool).type)}'. Supported values are: 'function'.`,
        {
          param: `${at}.type`,
          code: 'invalid_value',
        },
      );
    }
    const { name, parameters } = fields(fields(tool).function);
    if (typeof name !== 'string' || !/^[\w-]{1,64}$/u.test(name)) {
      throw new ApiError(
        400,
        `Invalid '${at}.function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
        { param: `${at}.function.name`, code: 'invalid_value' },
      );
    }
    if (parameters !== undefined && fields(parameters).type !== 'object') {
      throw new ApiError(
        400,
        `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"'.`,
        {
          param: `${at}.function.parameters`,
          code: 'invalid_function_parameters',
        },
      );
    }
    return { name, parameters: parameters ?? { type: 'object', properties: {} } };
  });
}

/**
 * Checks `tool_choice` against the tools.
 * @throws {ApiError} 400.
 */
export function checkToolChoice(choice: unknown, tools: readonly ToolDefinition[]): ToolChoice {
  if (choice === undefined) return 'auto';
  if (tools.length === 0) {
    throw new ApiError(
      400,
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
      {
        param: 'tool_choice',
      },
    );
  }
  if (choice === 'none' || choice === 'auto' || choice === 'required') return choice;
  const name = fields(fields(choice).function).name;
  if (fields(choice).type !== 'function' || typeof name !== 'string') {
    throw new ApiError(
      400,
      "Invalid value for 'tool_choice'. Supported values are: 'none', 'auto', and 'required'.",
      {
        param: 'tool_choice',
        code: 'invalid_value',
      },
    );
  }
  if (!tools.some((tool) => tool.name === name)) {
    throw new ApiError(
      400,
      `Invalid value for 'tool_choice': no function named '${name}' was specified in the 'tools' parameter.`,
      {
        param: 'tool_choice',
      },
    );
  }
  return { name };
}
