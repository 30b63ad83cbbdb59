import type { SettingsKind } from '../era.ts';
import type { EncodedBody } from './multipart.ts';

/** What the settings say: that the server's terms are accepted, and with which model. */
export interface Settings {
  readonly model: string;
  /** Let the server's operator hand conversations to the authors of the model. */
  readonly shareConversations: boolean;
}

/**
 * The settings in either body. In the form a flag is true by being there, even as `false`: what is not wanted is left out.
 * Order and fields are those of the original clients.
 */
const encoders: { readonly [Kind in SettingsKind]: (settings: Settings) => EncodedBody } = {
  form: ({ model, shareConversations }) => {
    const form = new URLSearchParams({ ethicsModalAccepted: 'true' });
    if (shareConversations) form.append('shareConversationsWithModelAuthors', 'true');
    form.append('ethicsModalAcceptedAt', '');
    form.append('activeModel', model);
    form.append('searchEnabled', 'true');
    return { contentType: 'application/x-www-form-urlencoded', body: form.toString() };
  },
  json: ({ model, shareConversations }) => ({
    contentType: 'application/json',
    body: JSON.stringify({
      ethicsModalAccepted: true,
      shareConversationsWithModelAuthors: shareConversations,
      activeModel: model,
    }),
  }),
};

/** The body of a settings post. */
export function encodeSettings(kind: SettingsKind, settings: Settings): EncodedBody {
  return encoders[kind](settings);
}
