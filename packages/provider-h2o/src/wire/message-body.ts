import type { MessageBodyKind } from '../era.ts';
import type { H2oParameters } from '../parameters.ts';
import { type EncodedBody, multipartField } from './multipart.ts';

/** What a message says, whatever the era. */
export interface OutgoingMessage {
  readonly prompt: string;
  readonly parameters: H2oParameters;
  /** The message to append to, in eras with a tree. */
  readonly parentId: string | undefined;
  /** Fresh UUIDs. */
  readonly newId: () => string;
}

type Fields = { readonly [name: string]: unknown };

/** The fields of each body. A server drops what it doesn't know, so each kind has only what its own servers read. */
const fieldsOf: { readonly [Kind in MessageBodyKind]: (message: OutgoingMessage) => Fields } = {
  tgi: ({ prompt, parameters, newId }) => ({
    inputs: prompt,
    parameters,
    stream: true,
    options: {
      id: newId(),
      response_id: newId(),
      is_retry: false,
      use_cache: false,
      web_search_id: '',
    },
  }),
  flat: ({ prompt, newId }) => ({
    inputs: prompt,
    id: newId(),
    response_id: newId(),
    is_retry: false,
    web_search: false,
  }),
  tree: treeFields,
  form: treeFields,
};

function treeFields({ prompt, parentId }: OutgoingMessage): Fields {
  return { inputs: prompt, id: parentId, is_retry: false, is_continue: false, web_search: false };
}

/** The body of a message post. */
export function encodeMessage(kind: MessageBodyKind, message: OutgoingMessage): EncodedBody {
  const json = JSON.stringify(fieldsOf[kind](message));
  return kind === 'form'
    ? multipartField('data', json, () => `----sluice-${message.newId()}`)
    : { contentType: 'application/json', body: json };
}
