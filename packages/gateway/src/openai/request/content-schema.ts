import type { ContentPart } from '@sluice/core';
import { z } from 'zod';
import { listSchema } from './list-schema.ts';

/** Media types of the wire's audio formats that are not called `audio/<format>`. */
const audioTypes: { readonly [format: string]: string } = { mp3: 'audio/mpeg', m4a: 'audio/mp4' };

/** Media types by the ending of a file's name, for files that come as bare base64. */
const fileTypes: { readonly [ending: string]: string } = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
};

const text = z.strictObject({ type: z.literal('text'), text: z.string() });

const image = z.strictObject({
  type: z.literal('image_url'),
  image_url: z.strictObject({
    url: z.string().min(1),
    detail: z.enum(['auto', 'low', 'high']).nullish(),
  }),
});

const audio = z.strictObject({
  type: z.literal('input_audio'),
  input_audio: z.strictObject({
    data: z.string().min(1),
    format: z.string().regex(/^[a-z0-9]{1,16}$/, 'must be a format such as "wav" or "mp3"'),
  }),
});

const file = z.strictObject({
  type: z.literal('file'),
  file: z.strictObject({ file_data: z.string().min(1), filename: z.string().nullish() }),
});

const refusal = z.strictObject({ type: z.literal('refusal'), refusal: z.string() });

/** Text, as a string or in parts. */
export const textContent: z.ZodType<string | ContentPart[]> = z.union([z.string(), listSchema(text, 1)]);

/** What a user may say: text, images, sound, files. */
export const userContent: z.ZodType<string | ContentPart[]> = z.union([
  z.string(),
  listSchema(z.discriminatedUnion('type', [text, image, audio, file]).transform(partOf), 1),
]);

/** What an assistant has said: text, also the text with which it refused. */
export const assistantContent: z.ZodType<string | ContentPart[]> = z.union([
  z.string(),
  listSchema(
    z
      .discriminatedUnion('type', [text, refusal])
      .transform((part): ContentPart => (part.type === 'text' ? part : { type: 'text', text: part.refusal })),
  ),
]);

type WirePart = z.infer<typeof text | typeof image | typeof audio | typeof file>;

function partOf(part: WirePart): ContentPart {
  switch (part.type) {
    case 'text':
      return part;
    case 'image_url': {
      const { url, detail } = part.image_url;
      return { type: 'image', url, ...(detail === undefined || detail === null ? {} : { detail }) };
    }
    case 'input_audio': {
      const { data, format } = part.input_audio;
      return { type: 'audio', data, mediaType: audioTypes[format] ?? `audio/${format}` };
    }
    case 'file':
      return filePart(part.file.file_data, part.file.filename ?? undefined);
  }
}

/** OpenAI takes a file as a `data:` URL; some clients send the base64 alone. */
function filePart(data: string, filename: string | undefined): ContentPart {
  const named = filename === undefined ? {} : { filename };
  const declared = /^data:([\w.+/-]+)[;,]/.exec(data)?.[1];
  if (declared !== undefined) return { type: 'file', url: data, mediaType: declared, ...named };
  const ending = filename?.split('.').pop()?.toLowerCase() ?? '';
  const mediaType = Object.hasOwn(fileTypes, ending) ? fileTypes[ending] : undefined;
  return { type: 'file', data, mediaType: mediaType ?? 'application/octet-stream', ...named };
}
