import type {
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
} from '@ai-sdk/provider';
import { ChatError, type ContentPart, type Message, textOf, type WarningEvent } from '@sluice/core';

/** Addresses that the model's upstream fetches itself, by media type. */
export type SupportedUrls = Readonly<Record<string, readonly RegExp[]>>;

type FileContent = Exclude<ContentPart, { type: 'text' }>;
type File = Pick<LanguageModelV4FilePart, 'type' | 'data' | 'mediaType' | 'filename'>;

/** A conversation as a prompt of the AI SDK. Throws `unsupported` for addresses that the model does not take. */
export function promptOf(
  messages: readonly Message[],
  urls: SupportedUrls,
): { readonly prompt: LanguageModelV4Prompt; readonly warnings: readonly WarningEvent[] } {
  const toolNames = new Map<string, string>();
  const prompt: LanguageModelV4Prompt = [];
  for (const message of messages) {
    for (const { id, name } of message.toolCalls ?? []) toolNames.set(id, name);
    prompt.push(converted(message, urls, toolNames));
  }
  const named = messages.some(({ name, role }) => name !== undefined && role !== 'tool');
  const warnings: readonly WarningEvent[] = named
    ? [
        {
          type: 'warning',
          code: 'ignored-content',
          feature: 'name',
          message: 'a prompt of the AI SDK has no place for the names of speakers: they are not sent',
        },
      ]
    : [];
  return { prompt, warnings };
}

function converted(
  message: Message,
  urls: SupportedUrls,
  toolNames: ReadonlyMap<string, string>,
): LanguageModelV4Message {
  switch (message.role) {
    // The AI SDK has one role for instructions.
    case 'system':
    case 'developer':
      return { role: 'system', content: textOf(message.content) };
    case 'user':
      return { role: 'user', content: partsOf(message.content, urls) };
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...partsOf(message.content, urls),
          ...(message.toolCalls ?? []).map((call) => ({
            type: 'tool-call' as const,
            toolCallId: call.id,
            toolName: call.name,
            input: parsed(call.arguments),
          })),
        ],
      };
    case 'tool':
      return toolMessage(message, urls, toolNames);
  }
}

function toolMessage(
  { content, toolCallId = '', name }: Message,
  urls: SupportedUrls,
  toolNames: ReadonlyMap<string, string>,
): LanguageModelV4Message {
  const toolName = toolNames.get(toolCallId) ?? name;
  if (toolName === undefined) {
    throw new ChatError(
      'invalid-request',
      'a tool message answers a call that no assistant message before it has made; the AI SDK wants the name of its tool, so give the message a name',
    );
  }
  return {
    role: 'tool',
    content: [
      {
        type: 'tool-result',
        toolCallId,
        toolName,
        output:
          typeof content === 'string'
            ? { type: 'text', value: content }
            : { type: 'content', value: partsOf(content, urls) },
      },
    ],
  };
}

function partsOf(
  content: Message['content'],
  urls: SupportedUrls,
): ({ type: 'text'; text: string } | File)[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return content.map((part) =>
    part.type === 'text' ? { type: 'text', text: part.text } : fileOf(part, urls),
  );
}

function fileOf(part: FileContent, urls: SupportedUrls): File {
  const url = part.type === 'audio' ? undefined : part.url;
  const inline = url === undefined ? undefined : /^data:([^;,]+)[^,]*;base64,(.*)$/s.exec(url);
  const mediaType = inline?.[1] ?? part.mediaType ?? part.type;
  const data = inline?.[2] ?? part.data;
  const filename = part.type === 'file' && part.filename !== undefined ? { filename: part.filename } : {};
  if (data !== undefined) return { type: 'file', mediaType, data: { type: 'data', data }, ...filename };
  return {
    type: 'file',
    mediaType,
    data: { type: 'url', url: addressOf(url, mediaType, urls) },
    ...filename,
  };
}

/** An address that the model's upstream fetches. Nothing is downloaded here: that would reach into the caller's own network. */
function addressOf(url: string | undefined, mediaType: string, urls: SupportedUrls): URL {
  if (url === undefined || !URL.canParse(url)) {
    throw new ChatError('invalid-request', `the address of the ${mediaType} part is not a URL`);
  }
  const top = mediaType.split('/', 1)[0];
  const taken = Object.entries(urls).some(
    ([type, patterns]) =>
      ['*', '*/*', mediaType, `${top}/*`].includes(type.toLowerCase()) &&
      patterns.some((pattern) =>
        new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).test(url.toLowerCase()),
      ),
  );
  if (taken) return new URL(url);
  throw new ChatError(
    'unsupported',
    `the model does not fetch ${mediaType} parts from this address (supportedUrls); give their data`,
  );
}

/** The input of an earlier call; what is no JSON goes on as the text that it is. */
function parsed(given: string): unknown {
  try {
    return given.trim() === '' ? {} : JSON.parse(given);
  } catch {
    return given;
  }
}
