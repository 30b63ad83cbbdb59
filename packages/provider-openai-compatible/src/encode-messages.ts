import {
  type AudioPart,
  ChatError,
  type ContentPart,
  type FilePart,
  type ImagePart,
  type Message,
  type ToolCall,
} from '@sluice/core';

/** How a server wants messages written. */
export interface MessageStyle {
  /** Id of the provider, for errors. */
  readonly provider: string;
  /** The wire's word for our role `developer`. */
  readonly developerRole: 'system' | 'developer';
}

/** Names under which the wire knows audio formats, where the media type's own name is another one. */
const audioFormats: { readonly [mediaType: string]: string } = {
  'audio/mpeg': 'mp3',
  'audio/wave': 'wav',
  'audio/vnd.wave': 'wav',
  'audio/mp4': 'm4a',
};

/** Endings of file names, where the media type's own name is another one. */
const extensions: { readonly [subtype: string]: string } = { plain: 'txt', markdown: 'md' };

/**
 * Writes messages as `/v1/chat/completions` has them. Only what a message holds is written: no nulls, no empty lists.
 * Throws `unsupported` for a part that the wire has no form for.
 */
export function encodeMessages(messages: readonly Message[], style: MessageStyle): readonly object[] {
  return messages.map((message, index) => encodeMessage(message, `messages[${index}]`, style));
}

function encodeMessage(message: Message, path: string, style: MessageStyle): object {
  const { role, content, name, toolCalls, toolCallId } = message;
  return {
    role: role === 'developer' ? style.developerRole : role,
    content:
      typeof content === 'string'
        ? content
        : content.map((part, index) => encodePart(part, `${path}.content[${index}]`, index, style)),
    ...(name === undefined ? {} : { name }),
    ...(toolCalls === undefined || toolCalls.length === 0
      ? {}
      : { tool_calls: toolCalls.map(encodeToolCall) }),
    ...(toolCallId === undefined ? {} : { tool_call_id: toolCallId }),
  };
}

function encodeToolCall({ id, name, arguments: text }: ToolCall): object {
  return { id, type: 'function', function: { name, arguments: text } };
}

function encodePart(part: ContentPart, path: string, index: number, style: MessageStyle): object {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image_url', image_url: encodeImage(part) };
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: audioFormat(part) } };
    case 'file':
      return { type: 'file', file: encodeFile(part, path, index, style) };
  }
}

function encodeImage({ url, data, mediaType, detail }: ImagePart): object {
  return { url: url ?? dataUrl(mediaType, data), ...(detail === undefined ? {} : { detail }) };
}

/** `audio/x-wav` is `wav`, `audio/ogg; codecs=opus` is `ogg`: the wire wants the bare name. */
function audioFormat({ mediaType }: AudioPart): string {
  const bare = bareMediaType(mediaType);
  return audioFormats[bare] ?? subtype(bare);
}

function encodeFile(
  { url, data, mediaType, filename }: FilePart,
  path: string,
  index: number,
  style: MessageStyle,
): object {
  if (url !== undefined && !url.startsWith('data:')) {
    throw new ChatError(
      'unsupported',
      `${path}: ${style.provider} cannot be given a file by its address; fetch it and pass it as data`,
      { provider: style.provider },
    );
  }
  const kind = subtype(bareMediaType(mediaType));
  return {
    // OpenAI refuses a file without a name.
    filename: filename ?? `file-${index + 1}.${extensions[kind] ?? kind}`,
    file_data: url ?? dataUrl(mediaType, data),
  };
}

function dataUrl(mediaType: string | undefined, base64: string | undefined): string {
  return `data:${mediaType ?? ''};base64,${base64 ?? ''}`;
}

function bareMediaType(mediaType: string): string {
  return mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function subtype(bare: string): string {
  return bare.slice(bare.indexOf('/') + 1).replace(/^x-/, '');
}
