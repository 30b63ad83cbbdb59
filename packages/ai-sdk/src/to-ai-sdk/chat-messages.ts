import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { ContentPart, Message, ToolCall } from '@sluice/core';
import { contentPartOf } from './content-part.ts';
import { unsupported } from './warnings.ts';

type Of<Role> = Extract<LanguageModelV4Message, { role: Role }>;

/** What has no place in a message of ours, and why it is left out rather than refused. */
const leftOut: { readonly [type: string]: string } = {
  reasoning: 'a request has no place for the reasoning of earlier answers: it is not sent',
  'reasoning-file': 'a request has no place for the reasoning of earlier answers: it is not sent',
  custom: 'content of one provider of the AI SDK means nothing to others: it is not sent',
  'tool-call': 'calls that another provider has executed itself are not sent',
  'tool-result': 'results of tools that another provider has executed itself are not sent',
  'tool-approval-response': 'approvals for tools that a provider executes itself are not sent',
};

/** The prompt of the AI SDK as messages. What is left out becomes a warning, one for each kind. */
export function messagesOf(
  prompt: LanguageModelV4Prompt,
  name: string,
): { readonly messages: readonly Message[]; readonly warnings: readonly SharedV4Warning[] } {
  const ignored = new Set<string>();
  const messages = prompt.flatMap((message) => converted(message, name, ignored));
  return {
    messages,
    warnings: [...ignored].map((type) => unsupported(`${type} parts`, leftOut[type] ?? '')),
  };
}

function converted(message: LanguageModelV4Message, name: string, ignored: Set<string>): readonly Message[] {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: simplest(message.content.map((part) => userPart(part, name))) }];
    case 'assistant':
      return [assistantMessage(message, name, ignored)];
    case 'tool':
      return toolMessages(message, name, ignored);
  }
}

function userPart(part: Of<'user'>['content'][number], name: string): ContentPart {
  return part.type === 'text' ? { type: 'text', text: part.text } : contentPartOf(part, name);
}

function assistantMessage(message: Of<'assistant'>, name: string, ignored: Set<string>): Message {
  const parts: ContentPart[] = [];
  const toolCalls: ToolCall[] = [];
  for (const part of message.content) {
    if (part.type === 'text') parts.push({ type: 'text', text: part.text });
    else if (part.type === 'file') parts.push(contentPartOf(part, name));
    else if (part.type === 'tool-call' && part.providerExecuted !== true) {
      toolCalls.push({
        id: part.toolCallId,
        name: part.toolName,
        arguments: JSON.stringify(part.input) ?? '{}',
      });
    } else ignored.add(part.type);
  }
  return { role: 'assistant', content: simplest(parts), ...(toolCalls.length > 0 ? { toolCalls } : {}) };
}

function toolMessages(message: Of<'tool'>, name: string, ignored: Set<string>): readonly Message[] {
  return message.content.flatMap((part): readonly Message[] => {
    if (part.type === 'tool-result') {
      return [{ role: 'tool', toolCallId: part.toolCallId, content: outputOf(part.output, name, ignored) }];
    }
    ignored.add(part.type);
    return [];
  });
}

function outputOf(
  output: LanguageModelV4ToolResultOutput,
  name: string,
  ignored: Set<string>,
): Message['content'] {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'json':
    case 'error-json':
      return JSON.stringify(output.value);
    case 'execution-denied':
      return output.reason ?? 'The user did not allow this call.';
    case 'content': {
      const parts: ContentPart[] = [];
      for (const part of output.value) {
        if (part.type === 'text') parts.push({ type: 'text', text: part.text });
        else if (part.type === 'file') parts.push(contentPartOf(part, name));
        else ignored.add(part.type);
      }
      return simplest(parts);
    }
  }
}

/** Text alone becomes a string: every protocol takes one, and not every one takes parts. */
function simplest(parts: readonly ContentPart[]): Message['content'] {
  if (!parts.every((part) => part.type === 'text')) return parts;
  return parts.length < 2 ? (parts[0]?.text ?? '') : parts;
}
