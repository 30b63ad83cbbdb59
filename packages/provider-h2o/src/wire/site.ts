/** The addresses of one chat-ui server. */
export interface Site {
  readonly origin: string;
  /** The front page: what `Referer` says. */
  readonly home: string;
  readonly settings: string;
  readonly conversations: string;
  conversation(id: string): string;
  stopGenerating(id: string): string;
  /** The conversation as plain JSON, from 2024-01-18 on. */
  conversationApi(id: string): string;
  /** The conversation as its page gets it. */
  conversationData(id: string): string;
  /** One of the places where models are listed. */
  at(path: string): string;
}

/** Makes the addresses of a server that is mounted at `baseURL`. Ids are quoted: a server's word must not choose the path. */
export function createSite(baseURL: string): Site {
  const base = baseURL.replace(/\/+$/, '');
  const { origin } = new URL(base);
  const conversation = (id: string): string => `${base}/conversation/${encodeURIComponent(id)}`;
  return {
    origin,
    home: `${base}/`,
    settings: `${base}/settings`,
    conversations: `${base}/conversation`,
    conversation,
    stopGenerating: (id) => `${conversation(id)}/stop-generating`,
    conversationApi: (id) => `${base}/api/conversation/${encodeURIComponent(id)}`,
    conversationData: (id) => `${conversation(id)}/__data.json`,
    at: (path) => `${base}${path}`,
  };
}
