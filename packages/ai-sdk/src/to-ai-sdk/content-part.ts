import { Buffer } from 'node:buffer';
import {
  type LanguageModelV4FilePart,
  type SharedV4ProviderOptions,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import type { ContentPart, ImagePart } from '@sluice/core';
import { fullMediaType, topLevelOf } from './media-type.ts';

type File = Pick<LanguageModelV4FilePart, 'data' | 'mediaType' | 'filename' | 'providerOptions'>;

const details: readonly unknown[] = ['auto', 'low', 'high'];

/**
 * A file of a prompt as the part that it is here: image, audio or file. Whether the target takes it is its capabilities'
 * business. Throws an `UnsupportedFunctionalityError` for what no request of ours can carry.
 *
 * @param name The adapter's own key in `providerOptions`: `imageDetail` is read there.
 */
export function contentPartOf(file: File, name: string): ContentPart {
  const { data, filename } = file;
  const top = topLevelOf(file.mediaType);
  switch (data.type) {
    case 'url': {
      const url = data.originalUrl ?? data.url.href;
      if (top === 'image') return { type: 'image', url, ...detailOf(file.providerOptions, name) };
      if (top === 'audio') return refuse('audio by URL', 'give its data, or leave supportedUrls as it is');
      return {
        type: 'file',
        url,
        mediaType: file.mediaType,
        ...(filename === undefined ? {} : { filename }),
      };
    }
    case 'reference':
      return refuse('files by provider reference', 'give the data or a URL');
    case 'text':
    case 'data': {
      const base64 =
        data.type === 'text'
          ? Buffer.from(data.text).toString('base64')
          : typeof data.data === 'string'
            ? data.data
            : Buffer.from(data.data.buffer, data.data.byteOffset, data.data.byteLength).toString('base64');
      const guessed = data.type === 'text' ? 'text/plain' : undefined;
      const mediaType = fullMediaType(file.mediaType, base64) ?? guessed;
      if (mediaType === undefined)
        return refuse(`media type ${file.mediaType}`, 'name the whole type, such as image/png');
      if (top === 'image')
        return { type: 'image', data: base64, mediaType, ...detailOf(file.providerOptions, name) };
      if (top === 'audio') return { type: 'audio', data: base64, mediaType };
      return { type: 'file', data: base64, mediaType, ...(filename === undefined ? {} : { filename }) };
    }
    default:
      return refuse(`files as ${(data as { type: string }).type}`, 'give the data or a URL');
  }
}

function detailOf(options: SharedV4ProviderOptions | undefined, name: string): Pick<ImagePart, 'detail'> {
  const detail = options?.[name]?.imageDetail;
  return details.includes(detail) ? { detail: detail as NonNullable<ImagePart['detail']> } : {};
}

function refuse(functionality: string, instead: string): never {
  throw new UnsupportedFunctionalityError({
    functionality,
    message: `Sluice cannot send ${functionality}; ${instead}`,
  });
}
