import { ChatError, type ChatRequest } from '@sluice/core';
import type { ResolvedRequest } from '@sluice/core/http';
import { isObject } from './json-value.ts';
import { type RequestStyle, requestFields } from './request-fields.ts';

/** Request fields that may have a default of the provider's own. */
export type DefaultParameters = Pick<
  ChatRequest,
  | 'temperature'
  | 'topP'
  | 'topK'
  | 'maxOutputTokens'
  | 'stop'
  | 'seed'
  | 'presencePenalty'
  | 'frequencyPenalty'
  | 'reasoningEffort'
  | 'user'
  | 'metadata'
>;

/** What the body of a request is made with, besides the request. */
export interface EncodingSettings extends RequestStyle {
  readonly defaults: DefaultParameters;
  /** Fields that go into every body as they are. */
  readonly extraFields: { readonly [name: string]: unknown };
  /** The names of the fields to write first. */
  readonly fieldOrder: readonly string[];
}

/**
 * Writes the body of a request as JSON. A field that nobody asked for is not in it. The caller's own extra fields
 * (`providerOptions`) win over the provider's. Throws `invalid-request` for values that JSON cannot hold.
 */
export function encodeRequest(request: ResolvedRequest, settings: EncodingSettings, stream: boolean): string {
  const complete = withDefaults(request, settings.defaults);
  // Without a prototype, no name of an extra field can be anything but a field.
  const fields: { [name: string]: unknown } = Object.create(null);
  for (const { name, value } of requestFields) {
    const written = value(complete, settings, stream);
    if (written !== undefined) fields[name] = written;
  }
  Object.assign(fields, settings.extraFields, request.providerOptions?.[settings.provider]);
  try {
    return JSON.stringify(inOrder(fields, settings.fieldOrder));
  } catch (error) {
    throw new ChatError(
      'invalid-request',
      `the request cannot be written as JSON: it holds a BigInt or refers to itself`,
      { provider: settings.provider, cause: error },
    );
  }
}

/** Whether the body asks for token counts at the end of the stream. */
export function asksForUsage(request: ResolvedRequest, settings: EncodingSettings, stream: boolean): boolean {
  const own = { ...settings.extraFields, ...request.providerOptions?.[settings.provider] };
  if (!Object.hasOwn(own, 'stream_options')) return stream && settings.includeUsage;
  return isObject(own.stream_options) && own.stream_options.include_usage === true;
}

function withDefaults(request: ResolvedRequest, defaults: DefaultParameters): ResolvedRequest {
  const complete: { [name: string]: unknown } = { ...request };
  for (const name of Object.keys(defaults)) {
    complete[name] ??= defaults[name as keyof DefaultParameters];
  }
  return complete as unknown as ResolvedRequest;
}

function inOrder(fields: { [name: string]: unknown }, order: readonly string[]): { [name: string]: unknown } {
  if (order.length === 0) return fields;
  const ordered: { [name: string]: unknown } = Object.create(null);
  for (const name of order) if (name in fields) ordered[name] = fields[name];
  return Object.assign(ordered, fields);
}
