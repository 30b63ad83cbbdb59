/** A period of the chat-ui protocol, oldest first. See `eras` for what changed. */
export type H2oEra = 'a' | 'b' | 'c' | 'd' | 'e';

/** How a message is posted: four generations of one body. */
export type MessageBodyKind = 'tgi' | 'flat' | 'tree' | 'form';

/** How the welcome modal is accepted: a form action until 2023-12-07, a JSON endpoint since. */
export type SettingsKind = 'form' | 'json';

/** What a version of chat-ui can and can't do, as far as a client notices. */
export interface EraTraits {
  readonly era: H2oEra;
  /** The date and commit of huggingface/chat-ui with which it began. */
  readonly since: string;
  /** The bodies in which it takes settings, the likelier first; empty where none are needed. */
  readonly settings: readonly SettingsKind[];
  /** The settings go ahead of everything else instead of only when they are asked for: what the original clients did. */
  readonly settingsFirst: boolean;
  /** The message bodies that it takes, the one that is sent first. */
  readonly accepts: readonly MessageBodyKind[];
  /** Messages are a tree: a new one must name its parent, which the server made with the conversation. */
  readonly tree: boolean;
  /** The create reply may hold the conversation, and with it the parent. */
  readonly createTellsConversation: boolean;
  /** `tgi`: server-sent events of text-generation-inference, passed through. `updates`: chat-ui's own JSON lines. */
  readonly grammar: 'tgi' | 'updates';
  /** The response is closed by the server after the answer. Where it is not, the decoder stops at `finalAnswer`. */
  readonly endsByItself: boolean;
  /** Sampling parameters of the request reach the model; later they come from the server's configuration alone. */
  readonly takesParameters: boolean;
  /** Reasoning comes as updates of its own where the model shows any (f6f410e4c, 2024-12-02). */
  readonly showsReasoning: boolean;
  /** What `stop-generating` does: cuts the socket, ends the answer properly, or nothing (it was broken for a year). */
  readonly stop: 'reset' | 'final-answer' | 'nothing';
  /** Where the model list is. */
  readonly modelsPath: '/__data.json' | '/api/models' | '/api/v2/models';
}

/**
 * The eras as data. The first column was seen on real servers (A, B, C, E) or read in the source (D); nothing else in this
 * package knows an era by name.
 */
export const eras: { readonly [Era in H2oEra]: EraTraits } = {
  a: {
    era: 'a',
    since: '2023-06-02 (0c4cf0362)',
    settings: ['form'],
    settingsFirst: true,
    accepts: ['tgi'],
    tree: false,
    createTellsConversation: false,
    grammar: 'tgi',
    endsByItself: true,
    takesParameters: true,
    showsReasoning: false,
    stop: 'reset',
    modelsPath: '/__data.json',
  },
  b: {
    era: 'b',
    since: '2023-09-20 (e943a055d)',
    settings: ['json', 'form'],
    settingsFirst: false,
    accepts: ['flat', 'tgi'],
    tree: false,
    createTellsConversation: false,
    grammar: 'updates',
    endsByItself: false,
    takesParameters: false,
    showsReasoning: false,
    stop: 'final-answer',
    modelsPath: '/__data.json',
  },
  c: {
    era: 'c',
    since: '2024-02-15 (e6addfc54)',
    settings: ['json'],
    settingsFirst: false,
    accepts: ['tree'],
    tree: true,
    createTellsConversation: false,
    grammar: 'updates',
    endsByItself: true,
    takesParameters: false,
    showsReasoning: false,
    stop: 'nothing',
    modelsPath: '/api/models',
  },
  d: {
    era: 'd',
    since: '2024-06-06 (0738cfaac)',
    settings: ['json'],
    settingsFirst: false,
    accepts: ['form'],
    tree: true,
    createTellsConversation: false,
    grammar: 'updates',
    endsByItself: true,
    takesParameters: false,
    showsReasoning: true,
    stop: 'nothing',
    modelsPath: '/api/models',
  },
  e: {
    era: 'e',
    since: '2025-09-24 (2d549953e)',
    settings: [],
    settingsFirst: false,
    accepts: ['form'],
    tree: true,
    createTellsConversation: true,
    grammar: 'updates',
    endsByItself: true,
    takesParameters: false,
    showsReasoning: true,
    stop: 'final-answer',
    modelsPath: '/api/v2/models',
  },
};

/**
 * Every era, in the order in which a server of unknown age is taken for one. Newest first, except that A goes before B:
 * a server of B takes A's body as well, but not the other way round.
 */
export const likeliestFirst: readonly H2oEra[] = ['e', 'd', 'c', 'a', 'b'];
